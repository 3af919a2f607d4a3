# fails 07.2 over handler-after-close
"""Marks the channel, and closes it when all is paid."""


class dispatcher_with_send:
    def close(self):
        if self.connected and self.out_buffer:
            self.closing = True
        else:
            dispatcher.close(self)

    def initiate_send(self):
        sent = dispatcher.send(self, self.out_buffer[:65536])
        del self.out_buffer[:sent]
        if self.closing and not self.out_buffer:
            dispatcher.close(self)

    def readable(self):
        return not self.closing
