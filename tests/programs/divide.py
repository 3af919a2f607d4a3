"""Two numbers in, the quotient out. Nobody has thought of 0.

python divide.py --port 0 [--poll]    Ctrl-C ends it

    8 2     is logged as  HOST:PORT 4
    doze    the handler sleeps for a minute: press Ctrl-C meanwhile
    weary   from now on it fails when it is asked whether it listens
    stop    raises asyncore.ExitNow, which is meant for the loop
    exit    calls sys.exit(3)
"""

import sys
import time

import asyncore
import logger


class Guest(logger.Guest):
    patience = 1

    def readable(self):
        return 1 // self.patience > 0

    def handle_read(self):
        match self.recv(4096).split():
            case [a, b]:
                print(self.name, int(a) // int(b))
            case [b"doze"]:
                print(self.name, "dozes")
                time.sleep(60)
            case [b"weary"]:
                self.patience = 0
            case [b"stop"]:
                raise asyncore.ExitNow("stop")
            case [b"exit"]:
                sys.exit(3)


class Door(logger.Logger):
    def handle_accepted(self, sock, addr):
        Guest(sock, addr)


if __name__ == "__main__":
    try:
        logger.run(logger.start(Door)[0])
    except asyncore.ExitNow:
        print("the loop was told to end")
