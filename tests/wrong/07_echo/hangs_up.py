# fails 07.3 stall closed-too-soon
"""Closes the connection of who owes too much patience."""


class dispatcher_with_send:
    def readable(self):
        if len(self.out_buffer) > self.high_water:
            self.out_buffer.clear()
            self.close()
        return True
