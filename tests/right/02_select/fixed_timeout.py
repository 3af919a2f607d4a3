# passes 02.3
"""One timeout for every wait: no clock is set, silence lasts under two limits.

Each wait begins anew when anybody stirs, so the end comes up to a limit late.
"""

import argparse
import select
import socket
import time


def welcome(listener: socket.socket, names: dict) -> socket.socket:
    """Accept one client and note its name."""
    client, (host, port) = listener.accept()
    names[client] = f"{host}:{port}"
    print("Got connection from", names[client])
    return client


def hear(client: socket.socket, names: dict) -> bool:
    """Log what a client sent; False if it is gone (EOF or reset)."""
    try:
        data = client.recv(4096)
    except OSError:
        return False
    if data:
        print(names[client], data)
    return bool(data)


def farewell(client: socket.socket, names: dict, deadlines: dict) -> None:
    """Log that a client is gone, forget it and close its socket."""
    print(names.pop(client), "disconnected")
    del deadlines[client]
    client.close()


def serve(listener: socket.socket, limit: float) -> None:
    """Log like 02.1, and drop clients that say nothing for `limit` seconds.

    Every client has a deadline of its own: `limit` seconds after it came or
    last spoke. A client that is past its deadline gets `farewell`. Nothing
    but select waits, so that nobody's lines are late.
    """
    names, deadlines = {}, {}  # both by client socket
    while True:
        wait = limit
        ready, _, _ = select.select([listener, *names], [], [], wait)
        for sock in ready:
            if sock is listener:
                client = welcome(listener, names)
                deadlines[client] = time.monotonic() + limit
            elif hear(sock, names):
                deadlines[sock] = time.monotonic() + limit
            else:
                farewell(sock, names, deadlines)
        # A list of its own: farewell changes the dictionary.
        now = time.monotonic()
        for sock in [s for s, end in deadlines.items() if end <= now]:
            farewell(sock, names, deadlines)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--idle", type=float, default=3.0)
    args = parser.parse_args()
    address = ("127.0.0.1", args.port)
    with socket.create_server(address, backlog=128) as listener:
        try:
            print(f"listening on 127.0.0.1:{listener.getsockname()[1]}")
            serve(listener, args.idle)
        except KeyboardInterrupt:
            pass  # Ctrl-C is how this program ends


if __name__ == "__main__":
    main()
