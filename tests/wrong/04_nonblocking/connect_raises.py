# fails 04.2 at_once crashed
"""Believed that a connect which does not wait cannot fail before it waits."""

import argparse
import select
import socket
import time


def connect_many(targets: list[str], timeout: float) -> None:
    deadline = time.monotonic() + timeout
    poller = select.poll()
    waiting = {}
    for target in targets:
        sock = begin(target)
        waiting[sock.fileno()] = sock, target
        poller.register(sock, select.POLLOUT)
    while waiting and (left := deadline - time.monotonic()) > 0:
        for fd, _ in poller.poll(left * 1000):
            poller.unregister(fd)
            sock, target = waiting.pop(fd)
            print(outcome(sock), target)
            sock.close()
    for _, target in waiting.values():
        print("timeout", target)


def begin(target: str) -> socket.socket:
    host, _, port = target.rpartition(":")
    sock = socket.socket()
    sock.setblocking(False)
    try:
        sock.connect((host, int(port)))
    except BlockingIOError:
        return sock  # it has begun
    return sock


def outcome(sock: socket.socket) -> str:
    error = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    return "refused" if error else "ok"


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
