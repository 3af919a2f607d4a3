# fails 07.2 descriptors fd-leak
"""With nothing owed it ends its own side, and keeps the socket."""

_kept = []


class dispatcher_with_send:
    def close(self):
        if self.connected:
            self.del_channel()
            if self.out_buffer:
                drainer(self.socket, self.out_buffer, self._map)
            else:
                self.socket.shutdown(socket.SHUT_WR)
                _kept.append(self.socket)
            self.socket, self.out_buffer = _CLOSED, bytearray()
        dispatcher.close(self)
