# passes 07.3
"""Paused or not, one question each."""


class dispatcher_with_send:
    def readable(self):
        owed = len(self.out_buffer)
        if self.paused and owed <= self.low_water:
            self.paused = False
        elif not self.paused and owed > self.high_water:
            self.paused = True
        return not self.paused
