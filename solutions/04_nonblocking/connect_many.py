"""04.2 Connect to many at once, and give up in time.

python connect_many.py [--timeout 0.5] HOST:PORT ...    ends by itself
"""

import argparse
import errno
import select
import socket
import time


def connect_many(targets: list[str], timeout: float) -> None:
    """Try all targets at the same time; print a line as each is decided.

    A target is `HOST:PORT`, its host a number such as 127.0.0.1. Prints
    `ok HOST:PORT` when the connection stands, `refused HOST:PORT` when it
    failed, and `timeout HOST:PORT` when `timeout` seconds after the start
    neither is known. Returns when every target has had its line.
    """
    deadline = time.monotonic() + timeout
    poller = select.poll()
    waiting = {}  # fd -> (socket, target)
    for target in targets:
        sock, failed = begin(target)
        if failed:
            settle(sock, "refused", target)
            continue
        waiting[sock.fileno()] = sock, target
        poller.register(sock, select.POLLOUT)
    while waiting and (left := deadline - time.monotonic()) > 0:
        for fd, _ in poller.poll(left * 1000):  # milliseconds
            poller.unregister(fd)
            sock, target = waiting.pop(fd)
            settle(sock, outcome(sock), target)
    for sock, target in waiting.values():
        settle(sock, "timeout", target)


def begin(target: str) -> tuple[socket.socket, bool]:
    """A socket that is connecting, without waiting; True if it failed at once.

    EINPROGRESS is no failure: the first packet is out, an answer may come.
    """
    host, _, port = target.rpartition(":")
    sock = socket.socket()
    sock.setblocking(False)
    error = sock.connect_ex((host, int(port)))
    return sock, error not in (0, errno.EINPROGRESS)


def outcome(sock: socket.socket) -> str:
    """ "ok" or "refused": how the connecting ended, now that it has.

    A failed connect makes a socket writable too. SO_ERROR holds the reason,
    and reading it takes it out: the second reading is 0.
    """
    error = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    return "refused" if error else "ok"


def settle(sock: socket.socket, result: str, target: str) -> None:
    """Tell what became of a target; it is done with."""
    print(result, target)
    sock.close()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--timeout", type=float, default=0.5)
    parser.add_argument("target", nargs="+")
    try:
        args = parser.parse_args()
        connect_many(args.target, args.timeout)
    except KeyboardInterrupt:
        pass  # given up before the end


if __name__ == "__main__":
    main()
