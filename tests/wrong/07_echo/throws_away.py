# fails 07.3 stall short-send-lost
"""Drops what is too much."""


class dispatcher_with_send:
    def send(self, data):
        if len(self.out_buffer) <= self.high_water:
            self.out_buffer += data
        self.initiate_send()

    def readable(self):
        return True
