"""04 demo: three tanks. What is yours, what the kernel holds, what is read.

You send 1 MiB, 50,000 bytes a call, on a non-blocking socket. Both
kernel buffers were asked to be 64 KiB, small enough to watch them fill. The
numbers are Linux's own (SIOCOUTQ, FIONREAD). Ends by itself.
"""

import fcntl
import select
import socket
import struct
import termios
import time

CALL = 50_000  # bytes handed to one send
BITE = 10_000  # bytes that the peer reads first
BUFFER = 65_536  # bytes asked for; Linux makes it twice as many
PAUSE = 0.5  # seconds: the kernels move some bytes by the clock
ROW = "{:>2}  {:<28}{:>10}{:>9}{:>10}  {}"


class Tanks:
    """A blob of yours, a connection, and a peer that reads when told."""

    def __init__(self) -> None:
        with socket.socket() as listener:
            # Asked for before the connection: what it accepts inherits it.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            self.peer = socket.socket()
            self.peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
            self.peer.connect(listener.getsockname())
            self.sock, _ = listener.accept()
        self.sock.setblocking(False)
        self.yours = memoryview(bytes(1 << 20))
        self.rows = 0

    def send(self) -> int:
        """One call of send; what it took is yours no more."""
        taken = self.sock.send(self.yours[:CALL])
        self.yours = self.yours[taken:]
        return taken

    def lit(self) -> bool:
        poller = select.poll()
        poller.register(self.sock, select.POLLOUT)
        return bool(poller.poll(0))

    def row(self, what: str) -> None:
        """The levels, when the kernels have moved what they can."""
        time.sleep(PAUSE)
        self.rows += 1
        to_send = ask(self.sock, termios.TIOCOUTQ)
        to_read = ask(self.peer, termios.FIONREAD)
        levels = [f"{n:,}" for n in (len(self.yours), to_send, to_read)]
        lamp = "lit" if self.lit() else "dark"
        print(ROW.format(self.rows, what, *levels, lamp))


def ask(sock: socket.socket, code: int) -> int:
    """A number of bytes that the kernel knows."""
    return struct.unpack("i", fcntl.ioctl(sock, code, bytes(4)))[0]


def fill(tanks: Tanks) -> None:
    """Send until the kernel is full."""
    tanks.row("connected")
    tanks.row(f"send -> {tanks.send():,}")
    while (taken := tanks.send()) == CALL:
        pass
    tanks.row(f"... send -> {taken:,}")
    try:
        while True:
            tanks.send()
    except BlockingIOError:
        tanks.row("... send -> BlockingIOError")


def drain(tanks: Tanks) -> None:
    """The peer reads: a little, then all that waits for it, then to the end."""
    tanks.row(f"the peer reads {len(tanks.peer.recv(BITE)):,}")
    tanks.row(f"... and then {len(tanks.peer.recv(len(tanks.yours))):,}")
    tanks.row(f"send -> {tanks.send():,}")
    while tanks.yours:
        while tanks.yours and tanks.lit():
            tanks.send()
        tanks.peer.recv(CALL)
    tanks.sock.shutdown(socket.SHUT_WR)
    while tanks.peer.recv(CALL):
        pass
    tanks.row("... and so on, to the end")


if __name__ == "__main__":
    print(ROW.format("", "", "yours", "to send", "to read", "OUT").rstrip())
    tanks = Tanks()
    fill(tanks)
    drain(tanks)
