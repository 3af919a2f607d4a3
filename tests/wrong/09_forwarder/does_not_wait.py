# fails 09.0 behind eof-overtakes
"""The EOF is sent at once, in front of what is still owed."""


class dispatcher_with_send:
    def end_if_paid(self):
        if self.ending and self.connected:
            self.ending = False
            with contextlib.suppress(OSError):
                self.socket.shutdown(socket.SHUT_WR)
