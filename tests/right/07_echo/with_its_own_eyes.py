# passes 07.1
"""Asks the socket itself, and knows its exceptions."""


class dispatcher_with_send:
    def send(self, data):
        if not self.out_buffer:
            data = data[self._offer(data) :]
        self.out_buffer += data

    def _offer(self, data):
        try:
            return self.socket.send(data)
        except BlockingIOError:
            return 0
        except OSError:  # it has left
            self.out_buffer.clear()
            self.handle_close()
            return len(data)

    def initiate_send(self):
        del self.out_buffer[: self._offer(self.out_buffer[:100_000])]
