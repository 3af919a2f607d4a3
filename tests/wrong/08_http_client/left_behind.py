# fails 08.0 at_once left-in-map
"""It raises, and leaves the channel in the map."""


class dispatcher:
    def connect(self, address):
        self.connected, self.connecting = False, True
        error = self.socket.connect_ex(address)
        self.addr = address
        if error not in (0, errno.EISCONN, *_UNDER_WAY):
            raise OSError(error, errno.errorcode[error])
        if error not in _UNDER_WAY:
            self.handle_connect_event()
