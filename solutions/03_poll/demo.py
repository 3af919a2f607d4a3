"""The article's poll server, every event shown; clients A and B are played.

python demo.py    ends by itself
"""

import linecache
import os
import select
import signal
import socket
from types import FrameType

TICK = 0.4  # seconds between two acts
BITS = ("IN", "PRI", "OUT", "ERR", "HUP", "NVAL")


class Curtain(Exception):
    """The end of the play, raised in the middle of whatever the server does."""


def serve(listener: socket.socket) -> None:
    """The article's loop, its bugs included."""
    fdmap = {listener.fileno(): listener}
    poller = select.poll()
    poller.register(listener)
    while True:
        for fd, event in poller.poll():
            show(fd, event, "accept ..." if fd in fdmap else "recv")
            if fd in fdmap:
                client, address = listener.accept()
                say(f"accept returns: {cast.name(address)} is", client)
                poller.register(client)
                fdmap[client.fileno()] = client
            elif event & select.POLLIN:
                data = fdmap[fd].recv(1024)
                if not data:
                    say("disconnected:", fdmap[fd])
                    poller.unregister(fd)
                    del fdmap[fd]
                else:
                    say(f"{data} from", fdmap[fd])


class Cast:
    """Clients A and B. An alarm clock wakes them, whatever the server does."""

    def __init__(self, listener: socket.socket) -> None:
        self.address = listener.getsockname()
        self.clients: dict[str, socket.socket] = {}
        self.acts = iter((self.speak, self.second, self.leave, self.end))

    def connect(self, name: str) -> None:
        print(f"{name} connects")
        self.clients[name] = socket.create_connection(self.address)

    def speak(self) -> None:
        print(r"A types hello\n")
        self.clients["A"].sendall(b"hello\n")

    def second(self) -> None:
        self.connect("B")

    def leave(self) -> None:
        print("A leaves")
        self.clients["A"].shutdown(socket.SHUT_WR)

    def end(self) -> None:
        for fd in (fd for fd, shown in numbers.items() if shown == 4):
            with socket.socket(fileno=os.dup(fd)) as peek:
                data = peek.recv(1024, socket.MSG_PEEK)
            print(f"still unread in fd=4: {data}")
        raise Curtain

    def name(self, address: tuple[str, int]) -> str:
        """Who has this address."""
        for name, client in self.clients.items():
            if client.getsockname() == address:
                return name
        return "somebody"

    def wake(self, signum: int, frame: FrameType | None) -> None:
        """Tell at which line the server sleeps, then play the next act."""
        while frame and frame.f_code is not serve.__code__:
            frame = frame.f_back
        if frame:
            line = linecache.getline(__file__, frame.f_lineno).strip()
            print(f"    asleep for {TICK} s in:  {line}")
        next(self.acts)()


numbers: dict[int, int] = {}


def number(fd: int) -> int:
    """The number fd would have, were the clients not in this process too."""
    return numbers.setdefault(fd, 3 + len(numbers))


def names(event: int) -> str:
    """The bits of a mask by name."""
    lit = [bit for bit in BITS if event & getattr(select, "POLL" + bit)]
    return " ".join(lit)


def show(fd: int, event: int, what: str) -> None:
    print(f"EV fd={number(fd)} {names(event):7} -> {what}")


def say(text: str, sock: socket.socket) -> None:
    print(f"    {text} fd={number(sock.fileno())}")


if __name__ == "__main__":
    with socket.create_server(("127.0.0.1", 0), backlog=5) as listener:
        cast = Cast(listener)
        signal.signal(signal.SIGALRM, cast.wake)
        signal.setitimer(signal.ITIMER_REAL, TICK, TICK)
        cast.connect("A")
        try:
            serve(listener)
        except Curtain:
            print("(the demo ends the server here; it would sleep on)")
