# fails 07.1 caller stuck
"""Forgets that the end of a connect is told as room to write."""


class dispatcher_with_send:
    def writable(self):
        return len(self.out_buffer) > 0
