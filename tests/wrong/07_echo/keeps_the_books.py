# fails 07.2 reset fd-leak
"""Strikes a debt out when it is paid, and keeps those that never will be."""

_debts = []


class drainer:
    def __init__(self, sock, owed, map):
        self.owed = bytearray(owed)
        dispatcher.__init__(self, sock, map)
        _debts.append(self)

    def handle_write(self):
        del self.owed[: self.send(self.owed[:65536])]
        if not self.owed:
            _debts.remove(self)
            self.finish()

    def handle_close(self):
        self.del_channel()
