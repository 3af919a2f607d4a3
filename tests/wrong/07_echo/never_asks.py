# fails 07.1 held never-paid
"""Keeps the rest, and sends it when the client happens to speak again."""


class dispatcher_with_send:
    def writable(self):
        return not self.connected
