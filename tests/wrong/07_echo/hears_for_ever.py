# fails 07.2 idle busy-loop
"""Goes on reading from a client that has ended: EOF is readable for ever."""


class drainer:
    def readable(self):
        return True
