"""A guest that speaks first and listens afterwards; and one urgent byte.

python wishes.py --port 0 [--poll]    Ctrl-C ends it
"""

import socket

import logger


class Guest(logger.Guest):
    greeting = b"hello\n"

    def readable(self):
        return not self.greeting  # what it sends meanwhile has to wait

    def writable(self):
        return len(self.greeting) > 0

    def handle_write(self):
        self.greeting = self.greeting[self.send(self.greeting) :]
        print(self.name, "is greeted")

    def handle_expt(self):
        byte = self.socket.recv(1, socket.MSG_OOB)
        print(self.name, "urgent", byte)


class Door(logger.Logger):
    def handle_accepted(self, sock, addr):
        Guest(sock, addr)


if __name__ == "__main__":
    logger.run(logger.start(Door)[0])
