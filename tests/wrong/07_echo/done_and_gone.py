# fails 07.1 words closed-too-soon
"""Closes as soon as everything is sent."""


class dispatcher_with_send:
    def initiate_send(self):
        del self.out_buffer[: dispatcher.send(self, self.out_buffer[:65536])]
        if not self.out_buffer:
            self.close()
