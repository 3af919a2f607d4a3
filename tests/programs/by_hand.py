"""A program with work of its own, which makes its rounds between.

python by_hand.py --port 0 [--poll]    Ctrl-C ends it
"""

import time

import asyncore
import logger


def main():
    args, _ = logger.start(logger.Logger)
    one_round = asyncore.poll2 if args.poll else asyncore.poll
    try:
        while True:
            time.sleep(0.05)  # its own work
            one_round()  # does not wait, unless it is told how long
            print("worked")
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
