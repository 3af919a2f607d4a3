# fails 07.1 sizes short-send-lost
"""One buffer for all channels."""

_owed = bytearray()


class dispatcher_with_send:
    def send(self, data):
        _owed.extend(data)
        self.initiate_send()

    def initiate_send(self):
        del _owed[: dispatcher.send(self, _owed[:65536])]

    def writable(self):
        return not self.connected or len(_owed) > 0
