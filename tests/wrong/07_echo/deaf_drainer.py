# fails 07.2 idle busy-loop
"""Any error of send is taken for a full kernel."""


class drainer:
    def handle_write(self):
        try:
            del self.owed[: self.socket.send(self.owed[:65536])]
        except OSError:
            return
        if not self.owed:
            self.close()
