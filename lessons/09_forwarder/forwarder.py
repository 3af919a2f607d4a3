"""The article's port forwarder.

python forwarder.py --port 0 --to HOST:PORT    Ctrl-C ends it

For each caller a Receiver, and a Sender that calls the target. Each of the
two buffers is filled by the one and emptied by the other.
"""

import argparse
import contextlib
import socket

import asyncore


class Receiver(asyncore.dispatcher):
    """The side of whoever has called."""

    def __init__(self, conn):
        asyncore.dispatcher.__init__(self, conn)
        self.from_caller = b""  # on its way to the target
        self.to_caller = b""  # on its way back
        self.sender = None

    def handle_connect(self):
        pass

    def handle_read(self):
        self.from_caller += self.recv(4096)

    def writable(self):
        return len(self.to_caller) > 0

    def handle_write(self):
        sent = self.send(self.to_caller)
        self.to_caller = self.to_caller[sent:]

    def handle_close(self):
        self.close()
        if self.sender:
            self.sender.close()


class Sender(asyncore.dispatcher):
    """The side of the target."""

    def __init__(self, receiver, host, port):
        asyncore.dispatcher.__init__(self)
        self.receiver = receiver
        receiver.sender = self
        self.create_socket(socket.AF_INET, socket.SOCK_STREAM)
        self.connect((host, port))

    def handle_connect(self):
        pass

    def handle_read(self):
        self.receiver.to_caller += self.recv(4096)

    def writable(self):
        return len(self.receiver.from_caller) > 0

    def handle_write(self):
        sent = self.send(self.receiver.from_caller)
        self.receiver.from_caller = self.receiver.from_caller[sent:]

    def handle_close(self):
        self.close()
        self.receiver.close()


class Forwarder(asyncore.dispatcher):
    """Listens, and joins every caller to the target."""

    def __init__(self, host, port, to_host, to_port, backlog=5):
        asyncore.dispatcher.__init__(self)
        self.target = to_host, to_port
        self.create_socket(socket.AF_INET, socket.SOCK_STREAM)
        self.set_reuse_addr()
        self.bind((host, port))
        self.listen(backlog)

    def handle_accept(self):
        conn, addr = self.accept()
        self.log_info(f"{addr[0]}:{addr[1]} is joined to the target")
        Sender(Receiver(conn), *self.target)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--to", required=True, metavar="HOST:PORT")
    args = parser.parse_args()
    host, _, port = args.to.rpartition(":")
    server = Forwarder("127.0.0.1", args.port, host, int(port))
    print(f"listening on 127.0.0.1:{server.socket.getsockname()[1]}")
    with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C: how it ends
        asyncore.loop(None)


if __name__ == "__main__":
    main()
