# fails 07.1 words wrong-bytes
"""Sends the buffer and keeps all of it."""


class dispatcher_with_send:
    def initiate_send(self):
        dispatcher.send(self, self.out_buffer)
