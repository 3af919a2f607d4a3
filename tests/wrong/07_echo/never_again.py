# fails 07.3 stall stops-reading
"""Stops reading for good."""


class dispatcher_with_send:
    def readable(self):
        self.paused = self.paused or len(self.out_buffer) > self.high_water
        return not self.paused
