# passes 06.2
"""Asks the kernel once more, and tells classes of errors apart by name."""


class dispatcher:
    def accept(self):
        try:
            pair = self.socket.accept()
        except (BlockingIOError, ConnectionAbortedError):
            pair = None
        except OSError as error:
            if error.errno in _FULL:
                pair = self.turn_away()
            elif error.errno in _NOBODY:
                pair = None
            else:
                raise
        return pair

    def handle_accept(self):
        ready, _, _ = select.select([self.socket], [], [], 0)
        if not ready:
            return
        match self.accept():
            case (sock, addr):
                self.handle_accepted(sock, addr)
