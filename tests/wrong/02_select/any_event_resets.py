# fails 02.3 own_clock not-dropped
"""Believed: an event is a sign of life, so all clocks start anew.

Whoever speaks vouches for the whole room.
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
    names, deadlines = {}, {}
    while True:
        wait = None
        if deadlines:
            wait = max(0.0, min(deadlines.values()) - time.monotonic())
        ready, _, _ = select.select([listener, *names], [], [], wait)
        for sock in ready:
            if sock is listener:
                deadlines[welcome(listener, names)] = 0.0
            elif not hear(sock, names):
                farewell(sock, names, deadlines)
        now = time.monotonic()
        if ready:
            deadlines = dict.fromkeys(names, now + limit)
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
