"""A logger for one guest: when that one has left, nobody can ever call again.

python private.py --port 0 [--poll]    ends when its guest has left or said bye
"""

import logger


class Guest(logger.Guest):
    leaves = False

    def handle_read(self):
        if data := self.recv(4096):
            print(self.name, data)
            self.leaves = data == b"bye\n"

    def readable(self):
        if self.leaves:
            self.close()  # asked what it wants, the last one leaves
        return not self.leaves


class Door(logger.Logger):
    """A listener that closes itself, in the middle of its own handler."""

    def handle_accepted(self, sock, addr):
        Guest(sock, addr)
        self.close()


if __name__ == "__main__":
    logger.run(logger.start(Door)[0])
