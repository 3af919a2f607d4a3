# passes 08.0
"""A second connect says how the first one has ended."""


class dispatcher:
    def connect(self, address):
        self.connected = False
        self.connecting = True
        self.addr = address
        result = self.socket.connect_ex(address)
        if result in (errno.EINPROGRESS, errno.EALREADY, errno.EAGAIN):
            return
        if result not in (0, errno.EISCONN):
            dispatcher.close(self)
            raise OSError(result, os.strerror(result))
        self.handle_connect_event()

    def handle_connect_event(self):
        result = self.socket.connect_ex(self.addr)
        self.connecting = False
        if result not in (0, errno.EISCONN):
            raise OSError(result, os.strerror(result))
        self.connected = True
        self.handle_connect()
