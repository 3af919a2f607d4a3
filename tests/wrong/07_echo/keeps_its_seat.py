# fails 07.2 bighalf closed-before-drain
"""Leaves the map after the drainer has taken the number."""


class dispatcher_with_send:
    def close(self):
        if self.connected and self.out_buffer:
            drainer(self.socket, self.out_buffer, self._map)
            self._map.pop(self._fileno)
            self.socket, self.out_buffer = _CLOSED, bytearray()
        dispatcher.close(self)
