# passes 06.2
"""A table of answers; and all who wait are let in by one event."""


def _nobody(channel):
    return None


def _full(channel):
    return channel.turn_away()


_ANSWERS = dict.fromkeys(_NOBODY, _nobody) | dict.fromkeys(_FULL, _full)


class dispatcher:
    def accept(self):
        try:
            return self.socket.accept()
        except OSError as error:
            if error.errno not in _ANSWERS:
                raise
            return _ANSWERS[error.errno](self)

    def handle_accept(self):
        while self.accepting and (pair := self.accept()):
            self.handle_accepted(*pair)
