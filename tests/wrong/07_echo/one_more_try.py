# fails 07.2 bighalf closed-before-drain
"""Sends once more, and hopes."""


class dispatcher_with_send:
    def close(self):
        if self.connected and self.out_buffer:
            self.initiate_send()
        dispatcher.close(self)
