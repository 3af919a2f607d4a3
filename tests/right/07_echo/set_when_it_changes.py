# passes 07.3
"""The valve is turned where the debt changes; readable() only reports it."""


class dispatcher_with_send:
    def initiate_send(self):
        sent = dispatcher.send(self, self.out_buffer[:65536])
        del self.out_buffer[:sent]
        owed = len(self.out_buffer)
        if owed > self.high_water or owed <= self.low_water:
            self.paused = owed > self.high_water

    def readable(self):
        return not self.paused
