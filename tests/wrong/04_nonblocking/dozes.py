# fails 04.2 idle naps
"""Slept a little, looked, slept a little."""

import argparse
import errno
import select
import socket
import time


def connect_many(targets: list[str], timeout: float) -> None:
    deadline = time.monotonic() + timeout
    waiting = {}
    for target in targets:
        sock, error = begin(target)
        if error in (0, errno.EINPROGRESS):
            waiting[sock] = target
        else:
            print("refused", target)
    while waiting and time.monotonic() < deadline:
        time.sleep(0.01)
        for sock in select.select([], waiting, [], 0)[1]:
            print(outcome(sock), waiting.pop(sock))
    for target in waiting.values():
        print("timeout", target)


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
