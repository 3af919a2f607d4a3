# fails 07.2 over handler-after-close
"""Keeps the channel in the map until all is paid, and listens to it."""


class dispatcher_with_send:
    def close(self):
        self.closing = bool(self.connected and self.out_buffer)
        if not self.closing:
            dispatcher.close(self)

    def handle_write(self):
        self.initiate_send()
        if self.closing and not self.out_buffer:
            dispatcher.close(self)
