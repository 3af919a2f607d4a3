"""A clock of rounds: it ticks after every so many of them. A round ends when
somebody calls, or when its time is over.

python ticks.py --port 0 [--every SECONDS] [--count N] [--poll]
"""

import asyncore
import logger


def main():
    options = {"every": {"type": float}, "count": {"type": int, "default": 1}}
    args, _ = logger.start(logger.Logger, **options)
    try:
        while True:
            asyncore.loop(args.every, use_poll=args.poll, count=args.count)
            print("tick")
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
