"""Guests in pairs: what the one says, the other reads.

python pairs.py --port 0 [--poll]    Ctrl-C ends it

Whether a guest wants to read or to write depends on its partner. Nothing has
happened to itself when the answer changes: it has to be asked again.
"""

import logger


class Guest(logger.Guest):
    partner = None
    heard = b""  # what this one has said, until its partner has it

    def readable(self):
        return self.partner is not None  # what is said alone is lost on all

    def handle_read(self):
        self.heard += self.recv(4096)

    def writable(self):
        return self.partner is not None and len(self.partner.heard) > 0

    def handle_write(self):
        sent = self.send(self.partner.heard)
        self.partner.heard = self.partner.heard[sent:]


class Door(logger.Logger):
    waiting = None

    def handle_accepted(self, sock, addr):
        guest, other = Guest(sock, addr), self.waiting
        self.waiting = guest if other is None else None
        if other is not None:
            guest.partner, other.partner = other, guest


if __name__ == "__main__":
    logger.run(logger.start(Door)[0])
