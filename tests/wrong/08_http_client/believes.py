# fails 08.0 refused wrong-result
"""Writable means connected."""


class dispatcher:
    def handle_connect_event(self):
        self.connecting = False
        self.connected = True
        self.handle_connect()
