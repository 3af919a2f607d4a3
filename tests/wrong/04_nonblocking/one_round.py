# fails 04.2 late wrong-result
"""Asked poll once: who has not answered by then never will."""

import argparse
import errno
import select
import socket


def connect_many(targets: list[str], timeout: float) -> None:
    poller = select.poll()
    waiting = {}
    for target in targets:
        sock, error = begin(target)
        if error not in (0, errno.EINPROGRESS):
            print("refused", target)
            continue
        waiting[sock.fileno()] = sock, target
        poller.register(sock, select.POLLOUT)
    for fd, _ in poller.poll(timeout * 1000):
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
