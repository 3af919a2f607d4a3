# fails 02.3 quit wrong-status
"""Believed: Ctrl-C is an emergency, and a program that it ends has failed.

Whoever started this server reads the status, and looks for a fault that is
not there.
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


def farewell(client: socket.socket, names: dict, deadlines: dict) -> None:
    print(names.pop(client), "disconnected")
    del deadlines[client]
    client.close()


def time_left(deadlines: dict) -> float | None:
    if not deadlines:
        return None
    return max(0.0, min(deadlines.values()) - time.monotonic())


def serve(listener: socket.socket, limit: float) -> None:
    names, deadlines = {}, {}
    while True:
        wait = time_left(deadlines)
        ready, _, _ = select.select([listener, *names], [], [], wait)
        for sock in ready:
            if sock is listener:
                client = welcome(listener, names)
                deadlines[client] = time.monotonic() + limit
            elif hear(sock, names):
                deadlines[sock] = time.monotonic() + limit
            else:
                farewell(sock, names, deadlines)
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
            raise SystemExit(130) from None


if __name__ == "__main__":
    main()
