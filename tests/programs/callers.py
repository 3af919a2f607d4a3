"""The logger, which also calls others: a channel for each address.

python callers.py --port 0 --to HOST:PORT [HOST:PORT ...] [--poll]

What becomes of each call is a line, ADDRESS first: `calls`, once all are
under way; `connected` (it then says hello); what it hears; `failed ERRNO`;
`raised ERRNO` where `connect` raised it at once; `over` when it has left the
map. Ctrl-C ends it.
"""

import errno
import sys

import asyncore
import logger


class Caller(asyncore.dispatcher):
    def __init__(self, address):
        super().__init__()
        self.name, self.hello = address, b""
        host, port = address.split(":")
        self.create_socket()
        try:
            self.connect((host, int(port)))
        except OSError as error:
            print(self.name, "raised", errno.errorcode[error.errno])

    def writable(self):
        return self.connecting or len(self.hello) > 0

    def handle_connect(self):
        print(self.name, "connected")
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


def main():
    to = {"nargs": "+", "required": True, "metavar": "HOST:PORT"}
    args, _ = logger.start(logger.Logger, to=to)
    for address in args.to:
        caller = Caller(address)
        print(address, "calls" if caller in map_values() else "gone")
    logger.run(args)


if __name__ == "__main__":
    main()
