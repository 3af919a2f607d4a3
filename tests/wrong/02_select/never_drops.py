# fails 02.3 silent_dropped not-dropped
"""Believed: looking at the clock in every round is enough.

There is no round while everybody is silent: select has no timeout, so the
silence that should end the visit is what keeps the program asleep.
"""

import argparse
import select
import socket
import time


def welcome(listener: socket.socket, names: dict) -> socket.socket:
    client, (host, port) = listener.accept()
    names[client] = f"{host}:{port}"
    print("Got connection from", names[client])
    return client


def hear(client: socket.socket, names: dict) -> bool:
    try:
        data = client.recv(4096)
    except OSError:
        return False
    if data:
        print(names[client], data)
    return bool(data)


def farewell(client: socket.socket, names: dict, times: dict) -> None:
    print(names.pop(client), "disconnected")
    del times[client]
    client.close()


def serve(listener: socket.socket, limit: float) -> None:
    names, heard = {}, {}
    while True:
        ready, _, _ = select.select([listener, *names], [], [])
        now = time.monotonic()
        for sock in ready:
            if sock is listener:
                heard[welcome(listener, names)] = now
            elif hear(sock, names):
                heard[sock] = now
            else:
                farewell(sock, names, heard)
        for sock in [s for s, then in heard.items() if now - then > limit]:
            farewell(sock, names, heard)


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
