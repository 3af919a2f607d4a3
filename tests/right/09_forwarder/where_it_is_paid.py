# passes 09.0
"""The EOF goes out where the last byte does."""


class dispatcher_with_send:
    def initiate_send(self):
        if self.out_buffer:
            sent = dispatcher.send(self, self.out_buffer[:65536])
            del self.out_buffer[:sent]
        if self.ending and self.connected and not self.out_buffer:
            self.ending = False
            try:
                self.socket.shutdown(socket.SHUT_WR)
            except OSError:
                pass

    def shutdown(self):
        self.ending = True
        self.initiate_send()

    def end_if_paid(self):
        if self.ending:
            self.initiate_send()
