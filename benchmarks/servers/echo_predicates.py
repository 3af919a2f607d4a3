"""Echo on asyncore's dispatcher: the program owns the buffer, so it says when.

PYTHONPATH=ENGINE python echo_predicates.py --port 0 [--poll]
"""

import argparse
import socket

import asyncore


class Echo(asyncore.dispatcher):
    def __init__(self, sock: socket.socket) -> None:
        asyncore.dispatcher.__init__(self, sock)
        self.owed = b""

    def readable(self) -> bool:
        return not self.owed

    def writable(self) -> bool:
        return bool(self.owed)

    def handle_read(self) -> None:
        self.owed = self.recv(65536)  # the loop asks, waits, calls

    def handle_write(self) -> None:
        sent = self.send(self.owed)
        self.owed = self.owed[sent:]

    def handle_close(self) -> None:
        self.close()


class Listener(asyncore.dispatcher):
    def __init__(self, port: int) -> None:
        asyncore.dispatcher.__init__(self)
        self.create_socket()
        self.set_reuse_addr()
        self.bind(("127.0.0.1", port))
        self.listen(4096)

    def handle_accepted(self, sock: socket.socket, addr: object) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        Echo(sock)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--poll", action="store_true", help="poll, not select")
    args = parser.parse_args()
    listener = Listener(args.port)
    port = listener.socket.getsockname()[1]
    try:
        print(f"listening on 127.0.0.1:{port}", flush=True)
        asyncore.loop(use_poll=args.poll)
    except KeyboardInterrupt:
        pass  # Ctrl-C is how this program ends


if __name__ == "__main__":
    main()
