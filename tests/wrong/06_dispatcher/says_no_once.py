# fails 06.4 full busy-loop
"""Gives its spare descriptor up, and has none the next time."""


class dispatcher:
    def turn_away(self):
        if _spare:
            os.close(_spare.pop())
        with contextlib.suppress(OSError):
            self.socket.accept()[0].close()
