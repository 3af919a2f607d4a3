# fails 02.1 two_clients blocked-in-recv
"""Believed: select is for the door; inside, a client is served to the end.

Only the listening socket is asked about. Whoever comes second waits in the
backlog until the first one leaves.
"""

import argparse
import select
import socket


def serve(listener: socket.socket) -> None:
    while True:
        select.select([listener], [], [])
        client, (host, port) = listener.accept()
        name = f"{host}:{port}"
        print("Got connection from", name)
        while data := client.recv(4096):
            print(name, data)
        print(name, "disconnected")
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
