"""A room with two seats. Who says `next` has the other's seat given to the
first in the queue.

python seats.py --port 0 [--poll] [--keep]    Ctrl-C ends it

If both say it in one round, the second one's words come too late: there is
somebody else on its seat by then, under the same number.
"""

import logger


class Guest(logger.Guest):
    room = None

    def handle_read(self):
        data = self.recv(4096)
        if data:
            print(self.name, data)
        if data == b"next\n":
            self.room.change(self)

    def handle_close(self):
        self.room.seats.remove(self)
        super().handle_close()


class Room(logger.Logger):
    keep = False

    def __init__(self, port):
        super().__init__(port)
        self.seats = []

    def readable(self):
        return len(self.seats) < 2  # the others queue in the kernel

    def handle_accepted(self, sock, addr):
        self.seats.append(Guest(sock, addr))
        self.seats[-1].room = self

    def change(self, speaker):
        other = next(one for one in self.seats if one is not speaker)
        # The kernel has this number back now, and gives out the lowest one.
        other.close()
        if not self.keep:
            self.seats.remove(other)
            self.handle_accept()
        elif pair := self.accept():
            other.__init__(*pair)  # the same channel with another socket


if __name__ == "__main__":
    args, room = logger.start(Room, keep={"action": "store_true"})
    room.keep = args.keep
    logger.run(args)
