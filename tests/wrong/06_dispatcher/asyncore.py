# fails 06.4 again listener-lost
"""Python's asyncore: the error closes the listener, and that is that."""


class dispatcher:
    def turn_away(self):
        raise

    def handle_error(self):
        _, kind, value, trace = compact_traceback()
        self.log_info(
            f"uncaptured python exception, closing channel {self!r}"
            f" ({kind}:{value} {trace})",
            "error",
        )
        self.handle_close()


def still(map, fd, obj, sock):
    return map.get(fd)
