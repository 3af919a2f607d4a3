"""Who speaks hangs up on all the others, at once: in a handler, in the middle
of a round in which they have spoken too.

python first_come.py --port 0 [--poll] [--lazily]    Ctrl-C ends it
"""

import logger


class Guest(logger.Guest):
    everybody = []  # who has left, too: to close twice must do no harm

    def __init__(self, sock, addr):
        super().__init__(sock, addr)
        self.everybody.append(self)

    def handle_read(self):
        if data := self.recv(4096):
            print(self.name, data)
            self.hang_up_on_others()

    def hang_up_on_others(self):
        for other in self.everybody:
            if other is not self:
                other.close()


class Lazy(Guest):
    """Hangs up on the others later, when it is asked whether it listens: by
    then some of them have been asked in this very round."""

    spoken = False

    def readable(self):
        if self.spoken:
            self.spoken = False
            super().hang_up_on_others()
        return True

    def hang_up_on_others(self):
        self.spoken = True


class Door(logger.Logger):
    guest = Guest

    def handle_accepted(self, sock, addr):
        self.guest(sock, addr)


if __name__ == "__main__":
    args, door = logger.start(Door, lazily={"action": "store_true"})
    if args.lazily:
        door.guest = Lazy
    logger.run(args)
