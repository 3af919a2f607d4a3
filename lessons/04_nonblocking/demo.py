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
BITE = 10_000  # bytes that the peer reads at a time
BUFFER = 65_536  # bytes asked for; Linux makes it twice as many
PAUSE = 0.05  # seconds: loopback is quick, not instant
ROW = "{:>2}  {:<34}{:>10}{:>9}{:>10}  {}"


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
        """The levels, when the kernel has moved what it can."""
        time.sleep(PAUSE)
        self.rows += 1
        levels = [len(self.yours)]
        for sock, code in (self.sock, termios.TIOCOUTQ), (self.peer, termios.FIONREAD):
            levels += struct.unpack("i", fcntl.ioctl(sock, code, bytes(4)))
        shown = [f"{level:,}" for level in levels]
        print(ROW.format(self.rows, what, *shown, "lit" if self.lit() else "dark"))


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
    """The peer reads: a little, then until OUT is lit, then all there is."""
    read = len(tanks.peer.recv(BITE))
    tanks.row(f"the peer reads {read:,}")
    while not tanks.lit():
        read += len(tanks.peer.recv(BITE))
        time.sleep(PAUSE)
    tanks.row(f"... and reads on, to {read:,}")
    tanks.row(f"send -> {tanks.send():,}")
    while tanks.yours or select.select([tanks.peer], [], [], PAUSE)[0]:
        if tanks.yours and tanks.lit():
            tanks.send()
        if select.select([tanks.peer], [], [], 0)[0]:
            tanks.peer.recv(CALL)
    tanks.row("... and so on, to the end")


if __name__ == "__main__":
    print(ROW.format("", "", "yours", "to send", "to read", "OUT").rstrip())
    tanks = Tanks()
    fill(tanks)
    drain(tanks)
