# fails 07.1 isolate blocked-in-send
"""Lets the kernel wait for room: sendall on a blocking socket."""


class dispatcher_with_send:
    def send(self, data):
        self.socket.setblocking(True)
        self.socket.sendall(data)
        self.socket.setblocking(False)
