"""A channel that calls somebody, and has nothing to say until it got through.

python caller.py --port 0 --to 127.0.0.1:PORT    Ctrl-C ends it

It prints `connected` when the connection is there, and what it then hears.
"""

import argparse
import socket

import asyncore


class Caller(asyncore.dispatcher_with_send):
    def __init__(self, host: str, port: int) -> None:
        asyncore.dispatcher_with_send.__init__(self)
        self.create_socket(socket.AF_INET, socket.SOCK_STREAM)
        self.connect((host, port))

    def handle_connect(self) -> None:
        print("connected")

    def handle_read(self) -> None:
        if data := self.recv(8192):
            print(f"heard {data!r}")

    def handle_close(self) -> None:
        print("the other side has closed")
        self.close()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--to", required=True)
    args = parser.parse_args()
    host, port = args.to.split(":")
    with socket.create_server(("127.0.0.1", args.port)) as listener:
        print(f"listening on 127.0.0.1:{listener.getsockname()[1]}")
        Caller(host, int(port))
        try:
            asyncore.loop(None)
        except KeyboardInterrupt:
            pass  # Ctrl-C is how this program ends


if __name__ == "__main__":
    main()
