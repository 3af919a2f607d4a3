# passes 07.2
"""The drainer gets a descriptor of its own, and the channel closes as ever."""


class dispatcher_with_send:
    def close(self):
        if self.connected and len(self.out_buffer) > 0:
            drainer(self.socket.dup(), self.out_buffer, self._map)
            self.out_buffer = bytearray()
        dispatcher.close(self)


class drainer:
    def handle_write(self):
        sent = self.send(memoryview(self.owed))
        self.owed = self.owed[sent:]
        if len(self.owed) == 0:
            self.finish()
