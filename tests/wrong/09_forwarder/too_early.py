# fails 09.0 early eof-kept-back
"""A wish from before the connection is forgotten."""


class dispatcher_with_send:
    def shutdown(self):
        if self.connected:
            self.ending = True
            self.end_if_paid()
