# fails 07.2 bighalf closed-before-drain
"""The drainer waits for room, sends a piece, and closes."""


class drainer:
    def handle_write(self):
        self.send(self.owed[:65536])
        self.close()
