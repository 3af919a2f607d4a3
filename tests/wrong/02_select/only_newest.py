# fails 02.1 two_clients stuck
"""Believed: one variable for the client is enough.

Each accept overwrites it, and whoever came earlier is never asked again.
"""

import argparse
import select
import socket


def serve(listener: socket.socket) -> None:
    everyone = []
    client, name = None, ""
    while True:
        inputs = [listener] if client is None else [listener, client]
        ready, _, _ = select.select(inputs, [], [])
        if listener in ready:
            client, (host, port) = listener.accept()
            everyone.append(client)  # keeps the earlier ones open
            name = f"{host}:{port}"
            print("Got connection from", name)
        elif client in ready:
            data = client.recv(4096)
            if data:
                print(name, data)
            else:
                print(name, "disconnected")
                client.close()
                client = None


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
