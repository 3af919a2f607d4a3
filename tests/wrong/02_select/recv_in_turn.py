# fails 02.1 two_clients blocked-in-recv
"""Believed: when select returns, every client in the list can be read.

It goes through all clients in turn, and recv waits for a silent one.
"""

import argparse
import select
import socket


def serve(listener: socket.socket) -> None:
    names = {}
    while True:
        ready, _, _ = select.select([listener, *names], [], [])
        if listener in ready:
            client, (host, port) = listener.accept()
            names[client] = f"{host}:{port}"
            print("Got connection from", names[client])
        for client in list(names):
            data = client.recv(4096)
            if data:
                print(names[client], data)
            else:
                print(names.pop(client), "disconnected")
                client.close()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    args = parser.parse_args()
    address = ("127.0.0.1", args.port)
    with socket.create_server(address, backlog=128) as listener:
        try:
            print(f"listening on 127.0.0.1:{listener.getsockname()[1]}")
            serve(listener)
        except KeyboardInterrupt:
            pass  # Ctrl-C is how this program ends


if __name__ == "__main__":
    main()
