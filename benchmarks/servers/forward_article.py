"""A forwarder of the design that the article has: 4 KiB at a time, the ends write from each
other's buffers, and no bytes are kept in order to be sent together or apart.

python forward_article.py --port 0 --to HOST:PORT [--nodelay]
"""

import argparse
import contextlib
import socket

import asyncore


class Caller(asyncore.dispatcher):
    """The end of whoever called; both buffers of the session are here."""

    def __init__(self, sock):
        super().__init__(sock)
        self.heard = self.owed = b""
        self.target = None

    def handle_read(self):
        self.heard += self.recv(4096)

    def writable(self):
        return len(self.owed) > 0

    def handle_write(self):
        self.owed = self.owed[self.send(self.owed) :]

    def handle_close(self):
        self.close()
        if self.target:
            self.target.close()


class Target(asyncore.dispatcher):
    """The end of whom the caller is connected to."""

    def __init__(self, caller, address):
        super().__init__()
        self.caller = caller
        caller.target = self
        self.create_socket()
        self.connect(address)

    def handle_connect(self):
        pass

    def handle_read(self):
        self.caller.owed += self.recv(4096)

    def writable(self):
        return self.connecting or len(self.caller.heard) > 0

    def handle_write(self):
        self.caller.heard = self.caller.heard[self.send(self.caller.heard) :]

    def handle_close(self):
        self.close()
        self.caller.close()


class Listener(asyncore.dispatcher):
    def __init__(self, port, address, nodelay):
        super().__init__()
        self.address, self.nodelay = address, nodelay
        self.create_socket()
        self.set_reuse_addr()
        self.bind(("127.0.0.1", port))
        self.listen(1024)  # the article's 5 would make a benchmark of waiting to connect

    def handle_accepted(self, sock, addr):
        target = Target(Caller(sock), self.address)
        if self.nodelay:
            for end in sock, target.socket:
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--to", required=True, metavar="HOST:PORT")
    parser.add_argument("--nodelay", action="store_true", help="with TCP_NODELAY")
    args = parser.parse_args()
    host, _, port = args.to.rpartition(":")
    server = Listener(args.port, (host, int(port)), args.nodelay)
    port = server.socket.getsockname()[1]
    print(f"listening on 127.0.0.1:{port}", flush=True)
    with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C is how it ends
        asyncore.loop(None, use_poll=True)


if __name__ == "__main__":
    main()
