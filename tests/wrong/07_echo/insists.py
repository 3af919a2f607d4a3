# fails 07.1 debt busy-loop
"""Does not come back before everything is sent."""


class dispatcher_with_send:
    def send(self, data):
        self.out_buffer += data
        while self.out_buffer:
            self.initiate_send()
