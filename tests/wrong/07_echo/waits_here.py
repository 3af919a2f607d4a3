# fails 07.3 idle busy-loop
"""Asks to read, and puts the answer off in recv."""


class dispatcher_with_send:
    def readable(self):
        return True

    def handle_read_event(self):
        if len(self.out_buffer) <= self.high_water:
            dispatcher.handle_read_event(self)
