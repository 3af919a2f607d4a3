# fails 02.0 hello wrong-bytes
"""Believed: the words do not matter. (The first thing one tries to break.)"""

import argparse
import socket

GREETING = b"Hello!\n"


def serve(listener: socket.socket) -> None:
    while True:
        client, _ = listener.accept()
        client.sendall(GREETING)
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
