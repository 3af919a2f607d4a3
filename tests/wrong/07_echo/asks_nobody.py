# fails 07.1 words stuck
"""Leaves all sending to handle_write, and never asks for it."""


class dispatcher_with_send:
    def send(self, data):
        self.out_buffer += data

    def writable(self):
        return not self.connected
