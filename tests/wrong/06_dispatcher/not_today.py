# fails 06.4 full busy-loop
"""Does nothing: the caller stays in the queue, and rings again."""


class dispatcher:
    def turn_away(self):
        return None
