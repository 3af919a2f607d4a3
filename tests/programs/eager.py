"""A listener that lets in all who wait, in one round.

python eager.py --port 0 [--poll]    Ctrl-C ends it
"""

import logger


class Door(logger.Logger):
    def handle_accept(self):
        # The last call finds nobody, every time, and says so with None.
        while (pair := self.accept()) is not None:
            logger.Guest(*pair)


if __name__ == "__main__":
    logger.run(logger.start(Door)[0])
