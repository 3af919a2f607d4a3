# passes 06.2
"""A table of answers; and all who wait are let in by one event."""


def _answer_to(error):
    if error in _NOBODY:
        return lambda channel: None
    if error in _FULL:
        return lambda channel: channel.turn_away()
    return None


class dispatcher:
    def accept(self):
        try:
            return self.socket.accept()
        except OSError as error:
            answer = _answer_to(error.errno)
            if answer is None:
                raise
            return answer(self)

    def handle_accept(self):
        while self.accepting and (pair := self.accept()):
            self.handle_accepted(*pair)
