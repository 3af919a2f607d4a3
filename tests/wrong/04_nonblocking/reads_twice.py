# fails 04.2 refused wrong-result
"""Asked a socket for its error, and then asked it again.

Reading SO_ERROR takes it out: the second answer is 0.
"""

import argparse
import errno
import select
import socket
import time


def connect_many(targets: list[str], timeout: float) -> None:
    deadline = time.monotonic() + timeout
    poller = select.poll()
    waiting = {}
    for target in targets:
        sock, error = begin(target)
        if error not in (0, errno.EINPROGRESS):
            print("refused", target)
            continue
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


def begin(target: str) -> tuple[socket.socket, int]:
    host, _, port = target.rpartition(":")
    sock = socket.socket()
    sock.setblocking(False)
    return sock, sock.connect_ex((host, int(port)))


def outcome(sock: socket.socket) -> str:
    if error_of(sock) == errno.ETIMEDOUT:
        return "timeout"
    return "refused" if error_of(sock) else "ok"


def error_of(sock: socket.socket) -> int:
    return sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)


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
