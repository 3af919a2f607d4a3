"""What an echo server owes a client that reads half as fast as it sends.

python tide.py    ends by itself

A round: the client sends 32 KiB if the kernel takes them, the server reads
once if it wants to, the client reads 16 KiB. First the server always wants
to; then two marks say when.
"""

import contextlib
import math
import socket

KIB = 1024
ROUNDS = 120
HIGH, LOW = 512 * KIB, 128 * KIB


class Server:
    """One connection; `out_buffer` is what it owes."""

    def __init__(self, sock: socket.socket, high: float, low: int) -> None:
        self.sock, self.high, self.low = sock, high, low
        self.out_buffer, self.paused = bytearray(), False

    def readable(self) -> bool:
        mark = self.low if self.paused else self.high
        self.paused = len(self.out_buffer) > mark
        return not self.paused

    def turn(self) -> None:
        with contextlib.suppress(BlockingIOError):
            if self.readable():
                self.out_buffer += self.sock.recv(64 * KIB)
        with contextlib.suppress(BlockingIOError):
            while self.out_buffer:
                del self.out_buffer[: self.sock.send(self.out_buffer[:4096])]


class Client:
    """Sends 32 KiB a round and reads 16 KiB."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock, self.sent = sock, 0

    def turn(self) -> None:
        with contextlib.suppress(BlockingIOError):
            for _ in range(8):
                self.sent += self.sock.send(bytes(4 * KIB))
        with contextlib.suppress(BlockingIOError):
            for _ in range(4):
                self.sock.recv(4 * KIB)


def show(high: float, low: int, step: int) -> None:
    """Play all rounds, and print what is owed after each `step` of them."""
    ours, theirs = socket.socketpair()
    for sock in (ours, theirs):
        sock.setblocking(False)
    server, client = Server(ours, high, low), Client(theirs)
    for n in range(1, ROUNDS + 1):
        client.turn()
        server.turn()
        if n % step == 0:
            owed = len(server.out_buffer) // KIB
            bar = "#" * (owed // 40) + ("  shut" if server.paused else "")
            print(f"round {n:3}  owed {owed:4} KiB  {bar}".rstrip())
    print(f"the client has sent {client.sent // KIB} KiB")


def main() -> None:
    print("no mark: the server reads whatever comes")
    show(math.inf, 0, 12)
    print(f"high_water {HIGH // KIB} KiB, low_water {LOW // KIB} KiB")
    show(HIGH, LOW, 4)


if __name__ == "__main__":
    main()
