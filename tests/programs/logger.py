"""The logger of lesson 02 on an event loop: a line for every event.

python logger.py --port 0 [--poll]    Ctrl-C ends it
"""

import argparse

import asyncore


class Guest(asyncore.dispatcher):
    """A connected client: what it says is logged, and that it leaves."""

    def __init__(self, sock, addr, map=None):
        super().__init__(sock, map)
        self.name = "{}:{}".format(*addr)  # a reset socket has forgotten it
        print("Got connection from", self.name)

    def writable(self):
        return False  # it has nothing to send

    def handle_read(self):
        if data := self.recv(4096):  # b"" goes to handle_close by itself
            print(self.name, data)

    def handle_close(self):
        print(self.name, "disconnected")
        self.close()


class Logger(asyncore.dispatcher):
    """The listener: whoever calls becomes a Guest."""

    def __init__(self, port, map=None):
        super().__init__(map=map)
        self.create_socket()
        self.set_reuse_addr()
        self.bind(("127.0.0.1", port))
        self.listen(128)

    def handle_accepted(self, sock, addr):
        Guest(sock, addr)


def start(make, **more):
    """What every program here begins with: --port, --poll, the ready line.
    Returns its options, and the listener that `make(port)` has made."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--poll", action="store_true")
    for name, options in more.items():
        parser.add_argument("--" + name, **options)
    args = parser.parse_args()
    listener = make(args.port)
    print("listening on {}:{}".format(*listener.socket.getsockname()))
    return args, listener


def run(args):
    """Loop until nobody is left, or until Ctrl-C."""
    try:
        # No limit to a wait: there is nothing to be done in time.
        asyncore.loop(timeout=None, use_poll=args.poll)
        print("the map is empty")
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    run(start(Logger)[0])
