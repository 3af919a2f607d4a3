# fails 06.2 nobody false-alarm
"""A socket that never blocks has no answer but an exception, and so has it."""


class dispatcher:
    def accept(self):
        try:
            return self.socket.accept()
        except OSError as error:
            if error.errno in _FULL:
                return self.turn_away()
            raise
