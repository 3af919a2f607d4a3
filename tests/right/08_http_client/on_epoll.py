# passes 08.2
"""Fetch pages on epoll: plain functions, and a dict of what is known."""

import argparse
import errno
import re
import select
import socket
import sys
import time

HEAD = re.compile(rb"HTTP/1\.\d (\d{3})\b[^\r\n]*\r\n(?:[^\r\n]+\r\n)*\r\n")
LENGTH = re.compile(rb"^content-length:\s*(\d+)", re.I | re.M)
CODED = re.compile(rb"^transfer-encoding:", re.I | re.M)


def begin(url, epoll):
    host, _, path = url.removeprefix("http://").partition("/")
    name, port = host.split(":") if ":" in host else (host, 80)
    sock = socket.socket()
    sock.setblocking(False)
    error = sock.connect_ex((name, int(port)))
    if error not in (0, errno.EINPROGRESS):
        return told(url, errno.errorcode[error], 0, 1)
    request = f"GET /{path} HTTP/1.0\r\nHost: {host}\r\n\r\n".encode()
    epoll.register(sock, select.EPOLLOUT)
    return {"url": url, "sock": sock, "owed": request, "heard": bytearray(),
            "since": time.monotonic(), "status": None}


def told(url, word, n, status):
    print(word, n, url)
    return {"status": status, "sock": None}


def body(heard):
    head = HEAD.match(heard)
    return len(heard) - head.end() if head else 0


def event(one, epoll):
    sock, url, heard = one["sock"], one["url"], one["heard"]
    one["since"] = time.monotonic()
    try:
        if error := sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            raise OSError(error, "")
        if one["owed"]:
            one["owed"] = one["owed"][sock.send(one["owed"]):]
            if not one["owed"]:
                epoll.modify(sock, select.EPOLLIN)
            return None
        data = sock.recv(65536)
    except BlockingIOError:
        return None
    except OSError as error:
        if error.errno == errno.ECONNRESET:
            return told(url, "truncated", body(heard), 2)
        return told(url, errno.errorcode[error.errno], 0, 1)
    heard += data
    head = HEAD.match(heard)
    if head is None:
        if b"\r\n\r\n" in heard or len(heard) > 1 << 17:
            return told(url, "unreadable", 0, 2)
        return None if data else told(url, "truncated", 0, 2)
    if CODED.search(head[0]):
        return told(url, "unreadable", 0, 2)
    promised, n = LENGTH.search(head[0]), body(heard)
    whole = n >= int(promised[1]) if promised else not data
    if whole:
        return told(url, head[1].decode(), n, 0)
    return None if data else told(url, "truncated", n, 2)


def go(urls, limit):
    epoll, highest = select.epoll(), 0
    some = [begin(url, epoll) for url in urls]
    while True:
        highest = max([highest, *(one["status"] or 0 for one in some)])
        some = [one for one in some if one["status"] is None]
        if not some:
            return highest
        until = min(one["since"] for one in some) + limit
        epoll_events = epoll.poll(max(until - time.monotonic(), 0) + 0.001)
        fds = {fd for fd, _ in epoll_events}
        for n, one in enumerate(some):
            done = None
            if one["sock"].fileno() in fds:
                done = event(one, epoll)
            elif time.monotonic() - one["since"] >= limit:
                done = told(one["url"], "timeout", body(one["heard"]), 1)
            if done:
                one["sock"].close()
                some[n] = done


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--timeout", type=float, default=30.0)
    parser.add_argument("urls", nargs="+")
    args = parser.parse_args()
    try:
        sys.exit(go(args.urls, args.timeout))
    except KeyboardInterrupt:
        sys.exit(0)
