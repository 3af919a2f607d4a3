# fails 09.2 reply eof-ends-both
"""Nothing is lost, but one EOF is the end of everything."""

import argparse
import contextlib
import socket

import asyncore

CHUNK = 256 << 10  # bytes read at once: few calls for many bytes


class End(asyncore.dispatcher_with_send):
    """One end of a session; `other` is the end that it passes everything to.
    Both are closed together."""

    other = None

    def pair_with(self, other):
        self.other, other.other = other, self

    def handle_connect(self):
        pass  # from now on what is owed can be sent

    # -- the bytes

    def handle_read(self):
        if data := self.recv(CHUNK):
            self.other.send(data)

    def handle_close(self):
        self.close()
        self.other.close()

    def handle_error(self):
        if self.connecting or not self.connected:
            self.close()  # refused: nothing was lost, the other side may end
            self.other.close()
        else:
            super().handle_error()


class Forwarder(asyncore.dispatcher):
    """Listens, and opens a session for each caller."""

    def __init__(self, port, target):
        super().__init__()
        self.target = target
        self.create_socket()
        self.set_reuse_addr()
        self.bind(("127.0.0.1", port))
        self.listen(1024)

    def handle_accepted(self, sock, addr):
        near, far = End(sock), End()
        near.pair_with(far)
        try:
            far.create_socket()
            far.connect(self.target)
        except OSError as error:  # no descriptor is left, or no way there
            print(f"no session for {addr[0]}:{addr[1]}: {error}")
            near.close()
            return
        for end in near, far:  # the last, short segment is not held back
            end.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--to", required=True, metavar="HOST:PORT")
    args = parser.parse_args()
    host, _, port = args.to.rpartition(":")
    target = socket.gethostbyname(host), int(port)  # waits: once, before all
    server = Forwarder(args.port, target)
    print(f"listening on 127.0.0.1:{server.socket.getsockname()[1]}")
    with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C: how it ends
        asyncore.loop(None)


if __name__ == "__main__":
    main()
