# fails 07.2 bighalf crashed
"""Hands the socket to the drainer, and closes it."""


class dispatcher_with_send:
    def close(self):
        if self.connected and self.out_buffer:
            self.del_channel()
            drainer(self.socket, self.out_buffer, self._map)
        dispatcher.close(self)
