"""A clock of rounds: each waits for the length of a tick, unless somebody
calls before.

python ticks.py --port 0 --every SECONDS [--poll]    Ctrl-C ends it
"""

import asyncore
import logger


def main():
    args, _ = logger.start(logger.Logger, every={"type": float})
    try:
        while True:
            asyncore.loop(args.every, use_poll=args.poll, count=1)
            print("tick")
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
