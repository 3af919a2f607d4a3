# fails 07.1 idle busy-loop
"""Always ready to write, as asyncore's own default has it."""


class dispatcher_with_send:
    def writable(self):
        return True
