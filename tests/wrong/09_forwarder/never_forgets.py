# fails 09.0 idle busy-loop
"""The wish is never taken back, and asks for room for ever."""


class dispatcher_with_send:
    def writable(self):
        return self.ending or not self.connected or len(self.out_buffer) > 0

    def end_if_paid(self):
        if self.ending and self.connected and not self.out_buffer:
            with contextlib.suppress(OSError):
                self.socket.shutdown(socket.SHUT_WR)
