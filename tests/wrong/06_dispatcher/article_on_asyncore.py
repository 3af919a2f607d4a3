# fails 06.2 nobody listener-lost
"""The same, where an error closes the listener, as in Python's asyncore."""


class dispatcher:
    def handle_accept(self):
        conn, addr = self.accept()
        self.handle_accepted(conn, addr)

    def handle_error(self):
        _, kind, value, trace = compact_traceback()
        self.log_info(
            f"uncaptured python exception, closing channel {self!r}"
            f" ({kind}:{value} {trace})",
            "error",
        )
        self.handle_close()
