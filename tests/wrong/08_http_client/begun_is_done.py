# fails 08.0 connected told-twice
"""What has begun is as good as done."""


class dispatcher:
    def connect(self, address):
        self.connected, self.connecting = False, True
        error = self.socket.connect_ex(address)
        if error not in (0, errno.EISCONN, *_UNDER_WAY):
            self.close()
            raise OSError(error, errno.errorcode[error])
        self.addr = address
        self.handle_connect()
