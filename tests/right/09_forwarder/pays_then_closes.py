# passes 09.1
"""No half-close and no valve: a session ends as a whole, when all is paid."""

import argparse
import sys

import asyncore


class Half(asyncore.dispatcher_with_send):
    partner = None

    def handle_connect(self):
        pass

    def handle_read(self):
        self.partner.send(self.recv(16384))

    def handle_close(self):
        self.close()
        self.partner.close()

    def handle_error(self):
        if isinstance(sys.exc_info()[1], OSError):
            self.handle_close()
        else:
            raise


class Server(asyncore.dispatcher):
    def __init__(self, port, to):
        super().__init__()
        self.to = to
        self.create_socket()
        self.set_reuse_addr()
        self.bind(("127.0.0.1", port))
        self.listen(5)
        print(f"listening on 127.0.0.1:{self.socket.getsockname()[1]}")

    def handle_accepted(self, sock, addr):
        inner, outer = Half(sock), Half()
        inner.partner, outer.partner = outer, inner
        outer.create_socket()
        outer.connect(self.to)


parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int)
parser.add_argument("--to")
args = parser.parse_args()
host, port = args.to.split(":")
try:
    Server(args.port, (host, int(port)))
    asyncore.loop(None, use_poll=True)
except KeyboardInterrupt:
    pass
