# fails 07.4 hidden accepted-broken
"""As many bytes as were sent: so it is an echo."""

import argparse
import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

LIMIT = 3.0  # seconds: a right server has done something by then
BIG = 12 << 20  # bytes: more than the kernel keeps for two


class Broken(Exception):
    """A promise of the server is broken: the REASON."""


class Target:
    """The server: where it listens, and the number of its process, if known."""

    def __init__(self, address: str, pid: int | None) -> None:
        host, _, port = address.rpartition(":")
        self.address, self.pid = (host, int(port)), pid

    def connect(self) -> socket.socket:
        """A new client. No call on it waits longer than LIMIT."""
        return socket.create_connection(self.address, timeout=LIMIT)

    def share(self, seconds: float) -> float:
        """The share of one core that the server uses or waits for."""
        before, began = self.cpu(), time.monotonic()
        time.sleep(seconds)
        return (self.cpu() - before) / (time.monotonic() - began)

    def rest(self) -> None:
        """Wait until it has used no CPU for half a second (or for 4 s)."""
        end = time.monotonic() + 4
        while time.monotonic() < end and self.share(0.5) > 0.02:
            pass

    def cpu(self) -> float:
        """Seconds so far, on a core and waiting for one; 0 if unknown."""
        if self.pid is None:
            return 0.0
        if sys.platform != "linux":
            return self.cpu_of_ps()
        files = Path(f"/proc/{self.pid}/task").glob("*/schedstat")
        stats = [file.read_text().split()[:2] for file in files]
        return sum(int(n) for pair in stats for n in pair) / 1e9

    def cpu_of_ps(self) -> float:
        """Seconds so far, on a core, where there is no /proc."""
        ps = ["ps", "-o", "cputime=", "-p", str(self.pid)]
        parts = subprocess.check_output(ps, text=True).strip().split(":")
        return sum(float(n) * 60**i for i, n in enumerate(parts[::-1]))


def expect(sock: socket.socket, data: bytes) -> None:
    """Read as many bytes as these."""
    got = bytearray()
    while len(got) < len(data):
        chunk = sock.recv(min(65536, len(data) - len(got)))
        if not chunk:
            raise Broken(f"EOF after {len(got)} of {len(data)} bytes")
        got += chunk


def send_aside(sock: socket.socket, data: bytes, shut: bool = False) -> None:
    """Send from a thread, as a right server may stop reading until we read;
    then SHUT_WR, if asked to. An OSError there is no matter: we read on."""

    def send() -> None:
        with contextlib.suppress(OSError):
            for n in range(0, len(data), 65536):
                sock.sendall(data[n : n + 65536])
            if shut:
                sock.shutdown(socket.SHUT_WR)

    threading.Thread(target=send, daemon=True).start()


def bytes_come_back(target: Target) -> None:
    """Promise 1: every byte comes back, in order, and nothing else."""
    with target.connect() as sock:
        sock.sendall(b"x")
        expect(sock, b"x")
        data = os.urandom(BIG)
        send_aside(sock, data)
        expect(sock, data)


def silence_is_free(target: Target) -> None:
    """Promise 2: a client that says nothing, or no more, costs no CPU."""
    with target.connect() as sock:
        sock.sendall(b"hello")
        expect(sock, b"hello")
        target.rest()
        if (share := target.share(0.5)) > 0.2:
            raise Broken(f"it uses {share:.0%} of a core for silence")


def end_comes_last(target: Target) -> None:
    """Promise 3: who has sent and shut its side gets all, however late it
    reads, and then EOF."""
    with target.connect() as sock:
        data = os.urandom(BIG)
        send_aside(sock, data, shut=True)
        target.rest()  # now it has closed, if it ever closes too early
        expect(sock, data)
        if sock.recv(1):
            raise Broken("more came back than was sent")


def nobody_waits(target: Target) -> None:
    """Promise 4: others may be silent, or send and not read."""
    with target.connect(), target.connect() as greedy:
        send_aside(greedy, bytes(BIG))
        target.rest()
        with target.connect() as sock:
            sock.sendall(b"hello")
            expect(sock, b"hello")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("--pid", type=int)
    args = parser.parse_args()
    target = Target(args.address, args.pid)
    promises = bytes_come_back, silence_is_free, end_comes_last, nobody_waits
    try:
        for keeps in promises:
            keeps(target)
    except (Broken, OSError) as reason:
        print(f"reject {reason}")
        sys.exit(1)
    print("accept")


if __name__ == "__main__":
    main()
