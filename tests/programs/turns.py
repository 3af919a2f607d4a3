"""Two maps, one thread: two rounds for the guests, then one for the door.

python turns.py --port 0 [--poll]    Ctrl-C ends it
"""

import asyncore
import logger

room = {}


class Door(logger.Logger):
    def handle_accepted(self, sock, addr):
        logger.Guest(sock, addr, room)


def main():
    args, _ = logger.start(Door)
    try:
        while True:
            # Who knocks while the guests have their turn is not heard. At
            # first there are none: an empty map is a map all the same.
            asyncore.loop(None, args.poll, map=room, count=2)
            asyncore.loop(None, args.poll, count=1)
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
