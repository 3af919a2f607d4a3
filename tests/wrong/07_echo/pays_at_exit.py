# fails 07.2 quit ignores-sigint
"""Pays every debt before the program may end."""

import atexit


class drainer:
    def __init__(self, sock, owed, map):
        self.owed = bytearray(owed)
        dispatcher.__init__(self, sock, map)
        atexit.register(self.pay)

    def pay(self):
        if self._fileno is not None:
            self.socket.setblocking(True)
            self.socket.sendall(self.owed)
