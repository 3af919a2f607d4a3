"""A logger for one guest: when that one leaves, nobody can ever call again.

python private.py --port 0 [--poll]    ends when its guest has left
"""

import logger


class Door(logger.Logger):
    """A listener that closes itself, in the middle of its own handler."""

    def handle_accepted(self, sock, addr):
        logger.Guest(sock, addr)
        self.close()


if __name__ == "__main__":
    logger.run(logger.start(Door)[0])
