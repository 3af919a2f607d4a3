# fails 07.2 bighalf not-closed
"""Everything is paid, and the socket is left open."""


class drainer:
    def handle_write(self):
        del self.owed[: self.send(self.owed[:65536])]
