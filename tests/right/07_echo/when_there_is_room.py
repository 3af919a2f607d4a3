# passes 07.1
"""Everything waits for handle_write: one round later, and no less right."""


class dispatcher_with_send:
    def send(self, data):
        self.out_buffer.extend(data)

    def initiate_send(self):
        if self.out_buffer:
            taken = dispatcher.send(self, memoryview(self.out_buffer)[:32768])
            del self.out_buffer[:taken]

    def writable(self):
        return bool(self.out_buffer) or not self.connected
