# passes 07.4
"""A thread reads into a queue, and the main one sends and waits."""

import argparse
import os
import queue
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

LIMIT = 3.0
BIG = 12 << 20


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
        if sys.platform == "linux":
            files = Path(f"/proc/{self.pid}/task").glob("*/schedstat")
            stats = [file.read_text().split()[:2] for file in files]
            return sum(int(n) for pair in stats for n in pair) / 1e9
        ps = ["ps", "-o", "cputime=", "-p", str(self.pid)]
        parts = subprocess.check_output(ps, text=True).strip().split(":")
        return sum(float(n) * 60**i for i, n in enumerate(parts[::-1]))


class Client:
    """A connection whose bytes are collected as soon as it may listen."""

    def __init__(self, target):
        self.sock, self.came = target.connect(), queue.Queue()
        self.sock.settimeout(20)

    def listen(self):
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        try:
            while chunk := self.sock.recv(1 << 16):
                self.came.put(chunk)
        except OSError:
            pass
        self.came.put(b"")

    def hears(self, data, end=False):
        got, more = bytearray(), True
        try:
            while more and (len(got) < len(data) or end):
                more = self.came.get(timeout=LIMIT)
                got += more
        except queue.Empty:
            raise Broken(f"nothing after {len(got)} bytes") from None
        if got != data:
            raise Broken(f"{len(got)} of {len(data)} bytes, or other ones")


def talk(target, data, late=False, shut=False):
    client = Client(target)
    if late:
        pusher = threading.Thread(target=push, args=(client, data, shut))
        pusher.daemon = True
        pusher.start()
        target.rest()
        client.listen()
    else:
        client.listen()
        push(client, data, shut)
    client.hears(data, end=shut)
    client.sock.close()


def push(client, data, shut):
    try:
        client.sock.sendall(data)
        if shut:
            client.sock.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def keeps_promises(target):
    greedy = target.connect()
    greedy.setblocking(False)
    talk(target, b"hello")
    target.rest()
    if target.share(0.5) > 0.3:
        raise Broken("it never sleeps")
    for _ in range(100):
        try:
            greedy.send(b"#" * 65536)
        except BlockingIOError:
            time.sleep(0.01)
    talk(target, b"are you there?")
    talk(target, os.urandom(BIG), shut=True)
    talk(target, os.urandom(BIG), late=True, shut=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("--pid", type=int)
    args = parser.parse_args()
    try:
        keeps_promises(Target(args.address, args.pid))
    except (Broken, OSError) as reason:
        print("reject", reason or "an error")
        return 1
    print("accept")
    return 0


if __name__ == "__main__":
    sys.exit(main())
