# fails 07.3 stall unbounded-buffer
"""Reads whatever comes."""


class dispatcher_with_send:
    def readable(self):
        return True
