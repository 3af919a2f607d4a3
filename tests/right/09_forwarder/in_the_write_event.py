# passes 09.0
"""shutdown() is a wish; the next write event grants it, and is asked for."""


class dispatcher_with_send:
    def shutdown(self):
        self.ending = True

    def writable(self):
        return self.ending or not self.connected or bool(self.out_buffer)

    def handle_write_event(self):
        dispatcher.handle_write_event(self)
        if self.ending and self.connected and not self.out_buffer:
            self.ending = False
            self.socket.shutdown(socket.SHUT_WR)
