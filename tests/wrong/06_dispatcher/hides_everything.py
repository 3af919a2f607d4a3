# fails 06.2 full busy-loop
"""Whatever goes wrong, nobody was there."""


class dispatcher:
    def accept(self):
        try:
            return self.socket.accept()
        except OSError:
            return None
