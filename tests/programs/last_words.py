"""Every client is sent SIZE bytes and EOF at once, and is heard out.

python last_words.py --port 0 --size 8388608    Ctrl-C ends it

With `--to HOST:PORT` it also calls somebody, and has said its last word to
them before the connection is there. `shutdown()` is called twice, as happens
where two handlers find that nothing is left to say; and once more when all
is over. What was heard from somebody until their EOF is printed: `heard N`.
"""

import argparse
import random
import socket

import asyncore


class Talker(asyncore.dispatcher_with_send):
    size, key = 0, 0
    heard = 0

    def handle_connect(self) -> None:
        print("connected")

    def say_all(self) -> None:
        self.out_buffer += random.Random(self.key).randbytes(self.size)
        self.shutdown()
        self.shutdown()

    def handle_read(self) -> None:
        self.heard += len(self.recv(65536))

    def handle_eof(self) -> None:
        print(f"heard {self.heard}")
        self.close()
        self.shutdown()

    def handle_close(self) -> None:
        print("lost")
        self.close()
        self.shutdown()


class Server(asyncore.dispatcher):
    def __init__(self, port: int) -> None:
        asyncore.dispatcher.__init__(self)
        self.create_socket(socket.AF_INET, socket.SOCK_STREAM)
        self.set_reuse_addr()
        self.bind(("127.0.0.1", port))
        self.listen(5)

    def handle_accepted(self, sock: socket.socket, addr: object) -> None:
        Talker(sock).say_all()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--size", type=int, default=0)
    parser.add_argument("--key", type=int, default=1)
    parser.add_argument("--to", metavar="HOST:PORT")
    args = parser.parse_args()
    Talker.size, Talker.key = args.size, args.key
    server = Server(args.port)
    print(f"listening on 127.0.0.1:{server.socket.getsockname()[1]}")
    if args.to:
        host, _, port = args.to.rpartition(":")
        caller = Talker()
        caller.create_socket(socket.AF_INET, socket.SOCK_STREAM)
        caller.connect((host, int(port)))
        caller.say_all()
    try:
        asyncore.loop(None)
    except KeyboardInterrupt:
        pass  # Ctrl-C is how this program ends


if __name__ == "__main__":
    main()
