# passes 04.2
"""A generator for each address; the loop knows nothing of connecting."""

import argparse
import errno
import select
import socket
import time


def knock(target: str, timeout: float):
    end = time.monotonic() + timeout
    host, port = target.split(":")
    with socket.socket() as sock:
        sock.setblocking(False)
        if sock.connect_ex((host, int(port))) not in (0, errno.EINPROGRESS):
            return "refused"
        if not (yield sock, end):
            return "timeout"
        failed = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        return "refused" if failed else "ok"


def connect_many(targets: list[str], timeout: float) -> None:
    waiting = {}
    for target in targets:
        visit = knock(target, timeout)
        if (wanted := step(visit, target, None)) is not None:
            waiting[wanted[0]] = wanted[1], visit, target
    while waiting:
        first = min(end for end, _, _ in waiting.values())
        left = max(0.0, first - time.monotonic())
        writable = select.select([], waiting, [], left)[1]
        now = time.monotonic()
        over = [s for s in waiting if waiting[s][0] <= now]
        for sock in writable or over:
            _, visit, target = waiting.pop(sock)
            step(visit, target, bool(writable))


def step(visit, target: str, writable: bool | None):
    try:
        return visit.send(writable)
    except StopIteration as end:
        print(end.value, target)
        return None


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
