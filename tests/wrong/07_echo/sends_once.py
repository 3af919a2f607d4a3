# fails 07.2 bighalf closed-before-drain
"""The drainer waits for room, sends once, and closes."""


class drainer:
    def handle_write(self):
        self.send(self.owed)
        self.close()
