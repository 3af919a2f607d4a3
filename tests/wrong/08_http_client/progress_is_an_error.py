# fails 08.0 connected stuck
"""What connect raises is an error, EINPROGRESS too."""


class dispatcher:
    def connect(self, address):
        self.connected, self.connecting = False, True
        self.addr = address
        try:
            self.socket.connect(address)
        except OSError:
            self.close()
            raise
        self.handle_connect_event()
