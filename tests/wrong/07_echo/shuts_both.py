# fails 07.2 talks_on closed-before-drain
"""Says that it will read no more either."""


class drainer:
    def finish(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.close()
