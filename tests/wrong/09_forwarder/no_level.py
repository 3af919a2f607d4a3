# fails 09.1 words error-told
"""setsockopt without its level: every session begins with an error, which the
engine prints; the bytes go through as before."""

import argparse
import contextlib
import socket
import struct

import asyncore

CHUNK = 256 << 10  # bytes read at once: few calls for many bytes
HIGH = 64 << 10  # bytes owed to one end, above which the other is not read
ABORT = struct.pack("ii", 1, 0)  # SO_LINGER: close() sends a reset


class End(asyncore.dispatcher_with_send):
    """One end of a session; `other` is the end that it passes everything to.
    Both are closed together."""

    heard_all = False
    announces = True  # to solutions/fast: ask me only when one of us changes

    def pair_with(self, other):
        self.other = self.watcher = other
        other.other = other.watcher = self

    def handle_connect(self):
        pass  # from now on what is owed can be sent

    # -- the bytes

    def handle_read(self):
        if data := self.recv(CHUNK):
            self.other.send(data)

    def readable(self):
        """The valve: not while the other end, which reads slowly, is owed
        much. The kernel then slows down whoever sends."""
        if len(self.other.out_buffer) > HIGH:
            return False
        return self.other.connected and not self.heard_all

    # -- the end of the bytes

    def handle_eof(self):
        """This side has said all. The other may still have much to say."""
        self.heard_all = True
        if self.other.heard_all:
            self.close()  # what is still owed is paid by the engine
            self.other.close()
        else:
            self.other.shutdown()

    # -- the end of everything

    def handle_close(self):
        """The connection is lost. That is no EOF, and must not look like one
        to the other side."""
        self.abort()
        self.other.abort()

    def abort(self):
        if self.connected:
            self.out_buffer = bytearray()
            linger = socket.SOL_SOCKET, socket.SO_LINGER, ABORT
            self.socket.setsockopt(*linger)
        self.close()

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
            print(f"no session: {error}")
            near.close()
            return
        for end in near, far:  # the last, short segment is not held back
            end.socket.setsockopt(socket.TCP_NODELAY, 1)


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
