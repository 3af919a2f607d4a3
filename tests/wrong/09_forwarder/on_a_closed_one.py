# fails 09.0 over error-told
"""A channel that is closed is no longer connecting: its socket is shut down."""


class dispatcher_with_send:
    def end_if_paid(self):
        if self.ending and not self.connecting and not self.out_buffer:
            self.ending = False
            self.socket.shutdown(socket.SHUT_WR)
