# fails 07.1 sizes stuck
"""Waits until it is worth it: less than 8 bytes are kept for later."""


class dispatcher_with_send:
    def send(self, data):
        self.out_buffer += data
        if len(self.out_buffer) >= 8:
            self.initiate_send()

    def writable(self):
        return not self.connected or len(self.out_buffer) >= 8
