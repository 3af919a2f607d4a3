# passes 07.1
"""Sends as long as the kernel takes whole pieces."""


class dispatcher_with_send:
    def send(self, data):
        self.out_buffer += data
        if len(self.out_buffer) == len(data):  # nothing older stands before it
            self.initiate_send()

    def initiate_send(self):
        piece = self.out_buffer[:16384]
        while piece:
            taken = dispatcher.send(self, piece)
            del self.out_buffer[:taken]
            if taken < len(piece):
                break
            piece = self.out_buffer[:16384]

    def handle_write(self):
        if self.out_buffer:
            self.initiate_send()

    def writable(self):
        if self.connected:
            return len(self.out_buffer) != 0
        return True
