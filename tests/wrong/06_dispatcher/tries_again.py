# fails 06.2 nobody busy-loop
"""Nobody there? It asks again, and again."""


class dispatcher:
    def accept(self):
        while True:
            try:
                return self.socket.accept()
            except BlockingIOError:
                continue
            except OSError as error:
                if error.errno in _FULL:
                    return self.turn_away()
                raise
