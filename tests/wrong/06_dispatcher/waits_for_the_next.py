# fails 06.2 nobody blocked-in-accept
"""Nobody there? Then it waits until somebody is."""


class dispatcher:
    def accept(self):
        self.socket.setblocking(True)
        try:
            return self.socket.accept()
        finally:
            self.socket.setblocking(False)
