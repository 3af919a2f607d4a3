"""The logger, which also calls others: a channel for each address.

python callers.py --port 0 --to HOST:PORT [HOST:PORT ...] [--poll] [--unix]

What becomes of each call is a line, ADDRESS first: `calls`, once all are
under way; `connected` (it then says hello); what it hears; `failed ERRNO`;
`raised ERRNO` where `connect` raised it at once; `over` when it has left the
map. With --unix it also calls a socket of its own by its path: such a connect
has ended when `connect` returns. Ctrl-C ends it.
"""

import errno
import os
import socket
import sys
import tempfile

import asyncore
import logger


class Caller(asyncore.dispatcher):
    def __init__(self, name, address, family=socket.AF_INET):
        super().__init__()
        self.name, self.address, self.hello = name, address, b""
        self.create_socket(family)
        try:
            self.connect(address)
        except OSError as error:
            print(self.name, "raised", errno.errorcode[error.errno])

    def writable(self):
        return self.connecting or len(self.hello) > 0

    def handle_connect(self):
        known = self.connected and not self.connecting
        print(self.name, "connected" if known else "connected, unnoticed")
        self.hello = b"hello\n"

    def handle_write(self):
        self.hello = self.hello[self.send(self.hello) :]

    def handle_read(self):
        if data := self.recv(4096):
            print(self.name, data)

    def handle_error(self):
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            raise error
        name = errno.errorcode.get(error.errno, error.errno)
        print(self.name, "failed", name)
        self.close()

    def handle_close(self):
        print(self.name, "has closed")
        self.close()

    def close(self):
        super().close()
        print(self.name, "over" if self not in map_values() else "stays")


def map_values():
    return asyncore.socket_map.values()


def state(caller):
    """What is known of it when `connect` has returned."""
    if caller not in map_values():
        return "gone"
    there = caller.addr == caller.address and not caller.connected
    return "calls" if there and caller.connecting else "calls, unnoticed"


class Inside(asyncore.dispatcher):
    """A listener at a path, whose callers are let in and kept."""

    def __init__(self, path):
        super().__init__()
        self.guests = []
        self.create_socket(socket.AF_UNIX)
        self.bind(path)
        self.listen(1)

    def handle_accepted(self, sock, addr):
        self.guests.append(sock)


def main():
    to = {"nargs": "+", "required": True, "metavar": "HOST:PORT"}
    unix = {"action": "store_true"}
    args, _ = logger.start(logger.Logger, to=to, unix=unix)
    for address in args.to:
        host, port = address.split(":")
        print(address, state(Caller(address, (host, int(port)))))
    with tempfile.TemporaryDirectory() as folder:
        if args.unix:
            path = os.path.join(folder, "inside")
            Inside(path)
            Caller("unix", path, socket.AF_UNIX)
            print("unix is called")
        logger.run(args)


if __name__ == "__main__":
    main()
