# fails 07.1 sizes wrong-bytes
"""Tries the new bytes at once, though older ones are owed."""


class dispatcher_with_send:
    def send(self, data):
        sent = dispatcher.send(self, data)
        self.out_buffer += data[sent:]
