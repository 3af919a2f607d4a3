# fails 09.0 reads_on stuck
"""SHUT_RDWR: what the peer says from now on is not for us."""


class dispatcher_with_send:
    def end_if_paid(self):
        if self.ending and self.connected and not self.out_buffer:
            self.ending = False
            with contextlib.suppress(OSError):
                self.socket.shutdown(socket.SHUT_RDWR)
