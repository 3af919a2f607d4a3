"""Why does a round trip through the article's forwarder take so long?

python lag.py    ends by itself
"""

import runpy
import socket
import sys
import time
from pathlib import Path

from stage import ARTICLE, REFERENCE, Stage

CANNOT_SHOW = 77  # exit status: this machine does not tell the CPU time
TRIPS = 24  # a quarter of them is quicker than what is told: load delays
WARM = 6  # trips before: the kernel acknowledges the first bytes at once
KIB = 1024


def replier(request, answer):
    """A target that answers when it has the whole request."""

    def serve(sock):
        while hear(sock, request):
            sock.sendall(bytes(answer))

    return serve


def hear(sock, n):
    """Read `n` bytes; False at the end."""
    while n:
        data = sock.recv(n)
        if not data:
            return False
        n -= len(data)
    return True


def cpu(forwarder):
    """The seconds that it has run so far."""
    stat = Path(f"/proc/{forwarder.program.pid}/schedstat")
    return int(stat.read_text().split()[0]) / 1e9


def measure(request, answer, path, *options):
    """The seconds of a round trip, and those in which the forwarder ran."""
    stage, took = Stage(path, *options), []
    with stage.session(replier(request, answer)) as client:
        for trip in range(WARM + TRIPS):
            if trip == WARM:
                before = cpu(stage.forwarder)
            began = time.perf_counter()
            client.sendall(bytes(request))
            hear(client, answer)
            took.append(time.perf_counter() - began)
        used = (cpu(stage.forwarder) - before) / TRIPS
    stage.forwarder.kill()
    stage.listener.close()
    return sorted(took[WARM:])[TRIPS // 4], used


def words(seconds):
    """Told so roughly that every machine says the same."""
    ms = seconds * 1000
    told = {80: "80 ms or more", 40: "40 ms or more", 0: "under 10 ms"}
    if 10 < ms < 37:
        return f"{ms:.0f} ms"
    return next(word for least, word in told.items() if ms > least - 4)


def main():
    print("a round trip through the article's forwarder")
    for sizes in ((1, 1), (4096, 4096), (65536, 1), (1, 65536), (65536, 65536)):
        took, used = measure(*sizes, ARTICLE)
        there = "{:6} bytes there, {:6} back".format(*sizes)
        print(f"  {there:36}{words(took)}")
    print(f"  in the last one the forwarder runs for {words(used)}")
    print("1 byte there, 65536 back")
    changes = ("nodelay",), ("reads=65536",), ("nodelay", "reads=65536")
    for change in changes:
        took, _ = measure(1, 65536, __file__, *change)
        print(f"  {' and '.join(change):36}{words(took)}")
    print(f"  {'the reference':36}{words(measure(1, 65536, REFERENCE)[0])}")


def changed():
    """Be the article's forwarder, with these changes."""
    import asyncore

    recv, set_socket = asyncore.dispatcher.recv, asyncore.dispatcher.set_socket

    def without_delay(self, sock, map=None):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        set_socket(self, sock, map)

    if "nodelay" in sys.argv:
        asyncore.dispatcher.set_socket = without_delay
    if "reads=65536" in sys.argv:
        asyncore.dispatcher.recv = lambda self, size: recv(self, 65536)
    sys.argv[1:] = sys.argv[1:3]  # --to HOST:PORT
    runpy.run_path(str(ARTICLE), run_name="__main__")


if __name__ == "__main__":
    if "--to" in sys.argv:
        changed()
    elif Path("/proc/self/schedstat").exists():
        main()
    else:
        sys.exit(CANNOT_SHOW)
