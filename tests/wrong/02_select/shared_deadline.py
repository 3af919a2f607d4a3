# fails 02.3 own_clock not-dropped
"""Believed: when select times out, everybody has been silent that long.

True. But one talker is enough that it never times out, and the silent ones
stay for ever.
"""

import argparse
import select
import socket


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
    names, times = {}, {}
    while True:
        wait = limit if names else None
        ready, _, _ = select.select([listener, *names], [], [], wait)
        if not ready:
            for sock in list(names):
                farewell(sock, names, times)
        for sock in ready:
            if sock is listener:
                times[welcome(listener, names)] = limit
            elif not hear(sock, names):
                farewell(sock, names, times)


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
