"""The article's echo server: every client reads back what it has sent.

python echo.py --port 0    Ctrl-C ends it

It runs on whatever `import asyncore` finds: on yours, if PYTHONPATH names the
folder of your asyncore.py.
"""

import argparse
import socket

import asyncore


class EchoHandler(asyncore.dispatcher_with_send):
    def handle_read(self) -> None:
        data = self.recv(8192)
        if data:
            self.send(data)


class EchoServer(asyncore.dispatcher):
    def __init__(self, host: str, port: int) -> None:
        asyncore.dispatcher.__init__(self)
        self.create_socket(socket.AF_INET, socket.SOCK_STREAM)
        self.set_reuse_addr()
        self.bind((host, port))
        self.listen(5)

    def handle_accept(self) -> None:
        pair = self.accept()
        if pair is not None:
            sock, addr = pair
            print(f"Incoming connection from {addr!r}")
            EchoHandler(sock)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--high-water", type=int, help="07.3: bytes owed")
    parser.add_argument("--low-water", type=int, help="07.3: bytes owed")
    args = parser.parse_args()
    if args.high_water is not None:
        EchoHandler.high_water = args.high_water
    if args.low_water is not None:
        EchoHandler.low_water = args.low_water
    server = EchoServer("127.0.0.1", args.port)
    print(f"listening on 127.0.0.1:{server.socket.getsockname()[1]}")
    try:
        asyncore.loop(None)  # nothing here has to happen without an event
    except KeyboardInterrupt:
        pass  # Ctrl-C is how this program ends


if __name__ == "__main__":
    main()
