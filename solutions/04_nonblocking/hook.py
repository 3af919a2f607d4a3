"""04 hook: a server that greets with 8 MiB, and a client that does not read.

python hook.py    ends by itself
"""

import linecache
import select
import signal
import socket
from types import FrameType

TICK = 0.5  # seconds between two acts
BLOB = bytes(8 << 20)


class Curtain(Exception):
    """The end of the play, raised in the middle of whatever the server does."""


def serve(listener: socket.socket) -> None:
    """The loop of lesson 03, with more to say."""
    poller = select.poll()
    poller.register(listener, select.POLLIN)
    while True:
        for _ in poller.poll():
            client, address = listener.accept()
            name = cast.names[address]
            print(f"server: sendall to {name}, {len(BLOB):,} bytes")
            try:
                client.sendall(BLOB)
            except OSError as error:
                print(f"server: {type(error).__name__}")
            client.close()


class Cast:
    """Clients A and B. An alarm clock wakes them, whatever the server does."""

    def __init__(self, listener: socket.socket) -> None:
        self.address = listener.getsockname()
        self.clients: dict[str, socket.socket] = {}
        self.names: dict[tuple[str, int], str] = {}
        self.acts = iter((self.second, self.look, self.leave, self.end))

    def connect(self, name: str, habit: str) -> None:
        print(f"{name} connects, and {habit}")
        self.clients[name] = socket.create_connection(self.address)
        self.clients[name].setblocking(False)
        self.names[self.clients[name].getsockname()] = name

    def second(self) -> None:
        self.connect("B", "would like to read")

    def look(self) -> None:
        try:
            self.clients["B"].recv(1)
            print("B has its first byte")
        except BlockingIOError:
            print("B has received nothing")

    def leave(self) -> None:
        print("A leaves")
        self.clients["A"].close()

    def end(self) -> None:
        self.look()
        raise Curtain

    def wake(self, signum: int, frame: FrameType | None) -> None:
        """Tell at which line the server sleeps, then play the next act."""
        while frame and frame.f_code is not serve.__code__:
            frame = frame.f_back
        if frame:
            line = linecache.getline(__file__, frame.f_lineno).strip()
            print(f"    asleep for {TICK} s in:  {line}")
        next(self.acts)()


if __name__ == "__main__":
    with socket.create_server(("127.0.0.1", 0), backlog=5) as listener:
        cast = Cast(listener)
        signal.signal(signal.SIGALRM, cast.wake)
        signal.setitimer(signal.ITIMER_REAL, TICK, TICK)
        cast.connect("A", "reads nothing")
        try:
            serve(listener)
        except Curtain:
            print("(the demo ends the server here)")
