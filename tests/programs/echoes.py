"""Echo servers for 07.4: three that are right, and some that are broken.

python echoes.py --port 0 --seed N    The seed chooses. Ctrl-C ends it."""

import argparse
import contextlib
import random
import selectors
import socket
import threading

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
selector = selectors.DefaultSelector()


class Channel:
    """A right one: it keeps what it owes, and pays before it closes."""

    size = 0  # of a read
    answer = staticmethod(bytes)

    def __init__(self, sock: socket.socket) -> None:
        self.sock, self.owed, self.ended = sock, bytearray(), False
        sock.setblocking(False)
        listen_to(sock, self.wants(), self)

    def called(self, events: int) -> None:
        try:
            if events & READ:
                self.read()
            self.pay()
        except OSError:  # it has reset
            self.ended, self.owed = True, bytearray()
        done = self.is_done()
        listen_to(self.sock, 0 if done else self.wants(), self)
        if done:
            self.sock.close()

    def read(self) -> None:
        data = self.sock.recv(self.size)
        self.ended = not data
        self.owed += self.answer(data)

    def pay(self) -> None:
        with contextlib.suppress(BlockingIOError):
            del self.owed[: self.sock.send(self.owed)]

    def wants(self) -> int:
        return (0 if self.ended else READ) | (WRITE if self.owed else 0)

    def is_done(self) -> bool:
        return self.ended and not self.owed


class Valve(Channel):
    """Right: it does not read from a client that it owes too much."""

    def wants(self) -> int:
        full = len(self.owed) > 8 * self.size
        return WRITE if full else super().wants()


def but(**changed: object) -> type[Channel]:
    """A right one, but for these."""
    return type("Broken", (Channel,), changed)


class OneRecv(Channel):
    def read(self) -> None:
        super().read()
        self.ended = True


class ShortSend(Channel):
    def pay(self) -> None:
        super().pay()
        self.owed.clear()


class Farewell(Channel):
    def read(self) -> None:
        super().read()
        self.owed += b"bye\r\n" if self.ended else b""


class Waits(Channel):
    def pay(self) -> None:
        self.sock.setblocking(True)
        self.sock.sendall(self.owed)
        self.sock.setblocking(False)
        self.owed.clear()


def listen_to(sock: socket.socket, events: int, channel: object) -> None:
    """Wait for these events of it from now on, or for none."""
    if sock in selector.get_map():
        selector.unregister(sock)
    if events:
        selector.register(sock, events, channel)


def serve(listener: socket.socket, kind: type[Channel], in_turn: bool) -> None:
    """One thread; `in_turn`: the next guest comes when one has gone."""
    listener.setblocking(False)
    listen_to(listener, READ, None)
    while True:
        for key, events in selector.select():
            if key.data is None:
                guest = kind(listener.accept()[0])
            else:
                key.data.called(events)
        inside = in_turn and guest.sock.fileno() >= 0
        listen_to(listener, 0 if inside else READ, None)


def echo(sock: socket.socket, size: int) -> None:
    """Right as well: a thread for each client, which waits in sendall."""
    with sock, contextlib.suppress(OSError):  # it may reset
        while data := sock.recv(size):
            sock.sendall(data)


KINDS = [Channel, Valve, Channel, OneRecv, ShortSend]  # three are right
KINDS += [but(is_done=lambda self: self.ended)]
KINDS += [but(wants=lambda self: Channel.wants(self) | WRITE)]
KINDS += [but(answer=lambda self, data: b""), but(is_done=lambda self: False)]
KINDS += [Channel, but(answer=lambda self, data: data.strip())]
KINDS += [but(answer=lambda self, data: data.translate(bytes(range(128)) * 2))]
KINDS += [Farewell, Waits]
THREADS, IN_TURN = 2, 9


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    kind = args.seed % len(KINDS)
    Channel.size = random.Random(args.seed).randrange(2000, 20_000)
    listener = socket.create_server(("127.0.0.1", args.port), backlog=64)
    with listener, contextlib.suppress(KeyboardInterrupt):
        print(f"listening on 127.0.0.1:{listener.getsockname()[1]}")
        while kind == THREADS:
            guest = listener.accept()[0], Channel.size
            threading.Thread(target=echo, args=guest, daemon=True).start()
        serve(listener, KINDS[kind], kind == IN_TURN)


if __name__ == "__main__":
    main()
