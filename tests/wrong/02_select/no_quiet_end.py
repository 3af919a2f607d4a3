# fails 02.0 quit traceback-on-quit
"""Believed: Ctrl-C needs no thought, it stops anything."""

import argparse
import socket

GREETING = b"hello\n"


def serve(listener: socket.socket) -> None:
    while True:
        client, _ = listener.accept()
        client.sendall(GREETING)
        client.close()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    args = parser.parse_args()
    with socket.create_server(("127.0.0.1", args.port)) as listener:
        print(f"listening on 127.0.0.1:{listener.getsockname()[1]}")
        serve(listener)


if __name__ == "__main__":
    main()
