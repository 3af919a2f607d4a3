"""The bell rings and nobody is there.

python nobody.py --port 0 [--poll] [--twins]    Ctrl-C ends it
"""

import asyncore
import logger


class Guest(logger.Guest):
    """Whoever speaks rings at the door: for the listener it is as if a caller
    had come, and had left before it was let in."""

    def handle_read(self):
        super().handle_read()
        asyncore.read(door)


class Door(logger.Logger):
    def handle_accepted(self, sock, addr):
        Guest(sock, addr)


class Twin(Door):
    """A second channel that listens on the same socket, as two processes do
    that share a port: every caller rings at both, and one of them is late."""

    def __init__(self, sock):
        asyncore.dispatcher.__init__(self, sock)
        self.accepting = True  # the socket listens already


if __name__ == "__main__":
    args, door = logger.start(Door, twins={"action": "store_true"})
    if args.twins:
        twin = Twin(door.socket.dup())
    logger.run(args)
