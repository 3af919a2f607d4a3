# passes 08.0
"""Whoever has a peer is connected; who has none reads why."""


class dispatcher:
    def connect(self, address):
        self.connecting, self.connected = True, False
        self.addr = address
        try:
            self.socket.connect(address)
        except BlockingIOError:
            return  # under way
        except OSError:
            self.close()
            raise
        self.handle_connect_event()

    def handle_connect_event(self):
        self.connecting = False
        try:
            self.socket.getpeername()
        except OSError:
            option = socket.SOL_SOCKET, socket.SO_ERROR
            number = self.socket.getsockopt(*option)
            raise OSError(number, os.strerror(number)) from None
        self.connected = True
        self.handle_connect()
