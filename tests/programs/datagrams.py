"""A listener of another kind: every datagram is a caller.

python datagrams.py --port 0 [--poll]    Ctrl-C ends it

A stream's listener is never writable, so that asking would do no harm. A
datagram socket nearly always is: who asks it never waits again.
"""

import socket

import asyncore
import logger


class Door(asyncore.dispatcher):
    def __init__(self, port):
        super().__init__()
        self.create_socket(type=socket.SOCK_DGRAM)
        self.bind(("127.0.0.1", port))
        self.accepting = True  # as listen() says of a stream

    def handle_accept(self):
        data, (host, port) = self.socket.recvfrom(4096)
        print(f"{host}:{port} {data}")


if __name__ == "__main__":
    args, _ = logger.start(Door)
    try:
        asyncore.loop(use_poll=args.poll)
    except KeyboardInterrupt:
        pass
