"""The bell rings and nobody is there.

python nobody.py --port 0 [--poll] [--twins]    Ctrl-C ends it
"""

import asyncore
import logger


class Twin(asyncore.dispatcher):
    """A second channel that listens on the same socket, as two processes do
    that share a port: every caller rings at both, and one of them is late."""

    def __init__(self, sock):
        super().__init__(sock)
        self.accepting = True  # the socket listens already

    def handle_accepted(self, sock, addr):
        logger.Guest(sock, addr)


if __name__ == "__main__":
    args, door = logger.start(logger.Logger, twins={"action": "store_true"})
    if args.twins:
        twin = Twin(door.socket.dup())
    else:
        asyncore.read(door)  # as if an event had come, and the caller left
    logger.run(args)
