# fails 07.2 reset wrong-output
"""A client that is gone is an exception, and it is told."""


class drainer:
    def handle_write(self):
        try:
            del self.owed[: self.socket.send(self.owed[:65536])]
        except OSError:
            dispatcher.handle_error(self)
            self.close()
            return
        if not self.owed:
            self.close()
