# fails 07.1 held short-send-lost
"""Sends a piece and strikes the whole piece out."""


class dispatcher_with_send:
    def initiate_send(self):
        piece = self.out_buffer[:65536]
        dispatcher.send(self, piece)
        self.out_buffer = self.out_buffer[len(piece) :]
