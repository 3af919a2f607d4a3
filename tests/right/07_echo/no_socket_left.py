# passes 07.2
"""A class of its own for the debt; the channel is left without a socket."""


class _Debt(dispatcher):
    def __init__(self, sock, rest, map):
        self.rest = memoryview(bytes(rest))
        dispatcher.__init__(self, sock, map)

    def readable(self):
        return True

    def handle_read(self):
        self.recv(8192)  # whatever it is: unread, it would cost a reset

    def writable(self):
        return self.rest is not None

    def handle_write(self):
        self.rest = self.rest[self.send(self.rest[:131072]) :]
        if not len(self.rest):
            self.rest = None
            self.socket.shutdown(socket.SHUT_WR)

    def handle_eof(self):
        self.readable = lambda: False
        if self.rest is None:
            self.close()
        else:
            self.handle_write = self._pay_and_close

    def _pay_and_close(self):
        self.rest = self.rest[self.send(self.rest[:131072]) :]
        if not len(self.rest):
            self.close()

    def handle_close(self):
        self.close()

    def handle_error(self):
        self.close()


class dispatcher_with_send:
    def close(self):
        sock, rest = self.socket, bytes(self.out_buffer)
        if not rest or not self.connected:
            return dispatcher.close(self)
        self.del_channel()
        self.socket = None
        self.out_buffer.clear()
        dispatcher.close(self)
        _Debt(sock, rest, self._map)
