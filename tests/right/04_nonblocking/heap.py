# passes 04.2
"""epoll, and a heap of deadlines."""

import argparse
import errno
import heapq
import select
import socket
import time


def connect_many(targets: list[str], timeout: float) -> None:
    poller, heap, open_ = select.epoll(), [], {}
    for target in targets:
        host, _, port = target.partition(":")
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.setblocking(False)
        error = sock.connect_ex((host, int(port)))
        if error and error != errno.EINPROGRESS:
            tell("refused", target, sock)
            continue
        poller.register(sock, select.EPOLLOUT | select.EPOLLONESHOT)
        open_[sock.fileno()] = target, sock
        heapq.heappush(heap, (time.monotonic() + timeout, sock.fileno()))
    while open_:
        for fd, mask in poller.poll(max(0, heap[0][0] - time.monotonic())):
            bad = mask & (select.EPOLLERR | select.EPOLLHUP)
            tell("refused" if bad else "ok", *open_.pop(fd))
        while heap and (heap[0][0] <= time.monotonic() or not open_):
            _, fd = heapq.heappop(heap)
            if fd in open_:
                tell("timeout", *open_.pop(fd))


def tell(result: str, target: str, sock: socket.socket) -> None:
    print(result, target, flush=True)
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
