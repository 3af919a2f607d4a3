# fails 07.2 isolate blocked-in-send
"""Sends the rest in close(), and everybody waits for one."""


class dispatcher_with_send:
    def close(self):
        if self.connected and self.out_buffer:
            self.socket.setblocking(True)
            try:
                self.socket.sendall(self.out_buffer)
            except OSError:
                pass
            self.out_buffer = bytearray()
        dispatcher.close(self)
