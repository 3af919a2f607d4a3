# fails 07.1 reset busy-loop
"""Any error of send is taken for a full kernel."""


class dispatcher_with_send:
    def initiate_send(self):
        try:
            sent = self.socket.send(self.out_buffer[:65536])
        except OSError:
            return
        del self.out_buffer[:sent]

    def readable(self):
        return not self.out_buffer
