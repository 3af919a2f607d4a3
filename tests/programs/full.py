"""A listener that closes when there is no descriptor for the next caller.

python full.py --port 0 [--poll]    Ctrl-C ends it
"""

import logger


class Door(logger.Logger):
    def turn_away(self):
        print("the house is full")
        self.close()


if __name__ == "__main__":
    logger.run(logger.start(Door)[0])
