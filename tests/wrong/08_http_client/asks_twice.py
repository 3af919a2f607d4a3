# fails 08.0 refused wrong-result
"""SO_ERROR is read twice: it forgets what it has told."""


class dispatcher:
    def handle_connect_event(self):
        self.connecting = False
        if self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            error = self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            raise OSError(error, os.strerror(error))
        self.connected = True
        self.handle_connect()
