# fails 07.1 debt quadratic
"""asyncore's own: out = out + data, out = out[n:]. Right, and slow."""


class dispatcher_with_send:
    def send(self, data):
        self.out_buffer = bytes(self.out_buffer) + data
        self.initiate_send()

    def initiate_send(self):
        sent = dispatcher.send(self, self.out_buffer[:65536])
        self.out_buffer = self.out_buffer[sent:]
