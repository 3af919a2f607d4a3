# fails 07.1 held never-paid
"""Asks for room only while more than a whole piece is owed."""


class dispatcher_with_send:
    def writable(self):
        return not self.connected or len(self.out_buffer) > 65536
