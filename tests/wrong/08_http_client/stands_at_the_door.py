# fails 08.0 under_way stuck
"""It waits until the connect has ended."""


class dispatcher:
    def connect(self, address):
        self.connected, self.connecting = False, True
        error = self.socket.connect_ex(address)
        if error not in (0, errno.EISCONN, *_UNDER_WAY):
            self.close()
            raise OSError(error, errno.errorcode[error])
        self.addr = address
        select.select([], [self.socket], [])
        if error not in _UNDER_WAY:
            self.handle_connect_event()
