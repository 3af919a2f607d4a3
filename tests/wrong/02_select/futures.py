# fails 02.1 one_thread extra-threads
"""Believed: a pool is not a thread.

The pool's workers sleep in recv, one for each client, out of sight.
"""

import argparse
import socket
from concurrent.futures import ThreadPoolExecutor


def attend(client: socket.socket, name: str) -> None:
    with client:
        while data := client.recv(4096):
            print(name, data)
        print(name, "disconnected")


def serve(listener: socket.socket) -> None:
    pool = ThreadPoolExecutor(max_workers=64)
    while True:
        client, (host, port) = listener.accept()
        name = f"{host}:{port}"
        print("Got connection from", name)
        pool.submit(attend, client, name)


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
