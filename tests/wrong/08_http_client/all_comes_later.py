# fails 08.0 at_once wrong-result
"""What connect_ex says is not looked at: the event will tell."""


class dispatcher:
    def connect(self, address):
        self.connected, self.connecting = False, True
        self.socket.connect_ex(address)
        self.addr = address
