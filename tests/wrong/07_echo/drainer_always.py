# fails 07.2 at_once not-closed
"""A drainer for everybody; with nothing to write it is never called."""


class dispatcher_with_send:
    def close(self):
        if self.connected:
            self.del_channel()
            drainer(self.socket, self.out_buffer, self._map)
            self.socket, self.out_buffer = _CLOSED, bytearray()
        dispatcher.close(self)
