# fails 08.0 refused error-untold
"""A connect that failed is closed, and no more said of it."""


class dispatcher:
    def handle_connect_event(self):
        error = self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        self.connecting = False
        if error:
            self.close()
            return
        self.connected = True
        self.handle_connect()
