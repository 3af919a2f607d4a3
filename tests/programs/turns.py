"""Two maps, one thread: one round for the door, then two for the guests.

python turns.py --port 0 [--poll]    Ctrl-C ends it
"""

import asyncore
import logger

doors, room = {}, {}


class Door(logger.Logger):
    def __init__(self, port):
        super().__init__(port, doors)

    def handle_accepted(self, sock, addr):
        logger.Guest(sock, addr, room)


def main():
    args, _ = logger.start(Door)
    try:
        while True:
            # Who knocks while the guests have their turn is not heard.
            asyncore.loop(None, args.poll, map=doors, count=1)
            asyncore.loop(None, args.poll, map=room, count=2)
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
