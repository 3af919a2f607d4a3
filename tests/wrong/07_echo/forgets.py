# fails 07.1 held short-send-lost
"""What send did not take is forgotten: it worked with every word typed."""


class dispatcher_with_send:
    def send(self, data):
        dispatcher.send(self, data)

    def writable(self):
        return not self.connected
