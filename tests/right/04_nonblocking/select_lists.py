# passes 04.2
"""select, connect that raises, and getpeername to see who is connected."""

import argparse
import select
import socket
import time


def connect_many(targets: list[str], timeout: float) -> None:
    start = time.monotonic()
    waiting = {}
    for target in targets:
        sock = socket.socket()
        sock.setblocking(False)
        host, port = target.split(":")
        try:
            sock.connect((host, int(port)))
        except BlockingIOError:
            pass
        except OSError:
            print(f"refused {target}")
            continue
        waiting[sock] = target
    while waiting:
        left = start + timeout - time.monotonic()
        _, done, failed = select.select([], waiting, waiting, max(left, 0))
        for sock in {*done, *failed}:
            print("ok" if connected(sock) else "refused", waiting.pop(sock))
        if left <= 0:
            break
    for target in waiting.values():
        print(f"timeout {target}")


def connected(sock: socket.socket) -> bool:
    try:
        return bool(sock.getpeername())
    except OSError:
        return False


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
