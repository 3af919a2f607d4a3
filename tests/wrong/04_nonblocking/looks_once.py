# fails 04.2 as_they_end silent
"""Waited for the whole time, and then had one look at everybody."""

import argparse
import errno
import select
import socket
import time


def connect_many(targets: list[str], timeout: float) -> None:
    waiting = {}
    for target in targets:
        sock, error = begin(target)
        if error in (0, errno.EINPROGRESS):
            waiting[sock] = target
        else:
            print("refused", target)
    time.sleep(timeout)
    writable = select.select([], waiting, [], 0)[1]
    for sock, target in waiting.items():
        print(outcome(sock) if sock in writable else "timeout", target)


def begin(target: str) -> tuple[socket.socket, int]:
    host, _, port = target.rpartition(":")
    sock = socket.socket()
    sock.setblocking(False)
    return sock, sock.connect_ex((host, int(port)))


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
