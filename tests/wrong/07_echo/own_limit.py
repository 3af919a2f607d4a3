# fails 07.3 default paused-without-mark
"""A limit of its own, whatever the program says."""


class dispatcher_with_send:
    def readable(self):
        mark = 0 if self.paused else min(self.high_water, 1 << 20)
        if self.low_water:
            mark = self.low_water if self.paused else self.high_water
        self.paused = len(self.out_buffer) > mark
        return not self.paused
