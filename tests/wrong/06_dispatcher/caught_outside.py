# fails 06.2 let_in_all false-alarm
"""Catches in handle_accept what accept() has promised to keep to itself."""


class dispatcher:
    def accept(self):
        try:
            return self.socket.accept()
        except OSError as error:
            if error.errno in _FULL:
                return self.turn_away()
            raise

    def handle_accept(self):
        try:
            pair = self.accept()
        except BlockingIOError:
            return
        if pair is not None:
            self.handle_accepted(*pair)
