# fails 06.2 full stuck
"""Asks its own class, not itself: a listener with other plans is not heard."""


class dispatcher:
    def accept(self):
        try:
            return self.socket.accept()
        except OSError as error:
            if error.errno in _NOBODY:
                return None
            if error.errno in _FULL:
                return dispatcher.turn_away(self)
            raise
