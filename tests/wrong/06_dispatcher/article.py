# fails 06.2 nobody false-alarm
"""The article's Forwarder: `conn, addr = self.accept()`."""


class dispatcher:
    def handle_accept(self):
        conn, addr = self.accept()
        self.handle_accepted(conn, addr)
