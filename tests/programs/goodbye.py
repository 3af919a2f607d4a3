"""Every client is sent SIZE bytes as soon as it speaks, and is hung up on.

python goodbye.py --port 0 --size 8388608    Ctrl-C ends it

`close()` is called twice, as happens where two handlers find the same end.
Afterwards the channel is over: a handler of it that still runs is printed.
"""

import argparse
import random
import socket

import asyncore


class Goodbye(asyncore.dispatcher_with_send):
    size, key = 0, 0
    over = False

    def handle_read(self) -> None:
        self.tell("handle_read")
        if self.recv(8192) and not self.over:
            self.send(random.Random(self.key).randbytes(self.size))
            self.close()
            self.close()
            self.over = True
            print("closed")

    def handle_write(self) -> None:
        self.tell("handle_write")
        asyncore.dispatcher_with_send.handle_write(self)

    def handle_close(self) -> None:
        self.tell("handle_close")
        self.close()

    def tell(self, handler: str) -> None:
        if self.over:
            print(f"after close: {handler}")


class Server(asyncore.dispatcher):
    def __init__(self, port: int) -> None:
        asyncore.dispatcher.__init__(self)
        self.create_socket(socket.AF_INET, socket.SOCK_STREAM)
        self.set_reuse_addr()
        self.bind(("127.0.0.1", port))
        self.listen(5)

    def handle_accepted(self, sock: socket.socket, addr: object) -> None:
        Goodbye(sock)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--size", type=int, default=1)
    parser.add_argument("--key", type=int, default=1)
    args = parser.parse_args()
    Goodbye.size, Goodbye.key = args.size, args.key
    server = Server(args.port)
    print(f"listening on 127.0.0.1:{server.socket.getsockname()[1]}")
    try:
        asyncore.loop(None)
    except KeyboardInterrupt:
        pass  # Ctrl-C is how this program ends


if __name__ == "__main__":
    main()
