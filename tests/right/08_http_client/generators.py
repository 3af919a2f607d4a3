# passes 08.1
"""Fetch pages: a generator for each, which yields what it waits for; a loop of
its own, over poll."""

import argparse
import select
import socket
import sys

IN, OUT = select.POLLIN, select.POLLOUT


def lines_of(head):
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        yield name.strip().lower(), value.strip()


def page(url, sock):
    host, _, path = url.removeprefix("http://").partition("/")
    name, port = host.split(":")
    sock.connect_ex((name, int(port)))
    request = f"GET /{path} HTTP/1.0\r\nHost: {host}\r\n\r\n".encode()
    yield OUT
    while request:
        request = request[sock.send(request) :]
        yield OUT if request else IN
    heard = b""
    while b"\r\n\r\n" not in (heard := heard + sock.recv(8192)):
        yield IN
    head, _, body = heard.partition(b"\r\n\r\n")
    status, more, n = head.split()[1].decode(), dict(lines_of(head)), len(body)
    left = int(more.get(b"content-length", 1 << 60)) - n
    while left > 0:
        yield IN
        if not (data := sock.recv(1 << 20)):
            break
        n, left = n + len(data), left - len(data)
    print(status, n, url)


def go(urls):
    poller, pages = select.poll(), {}
    for url in urls:
        sock = socket.socket()
        sock.setblocking(False)
        pages[sock.fileno()] = one = page(url, sock), sock
        poller.register(sock, next(one[0]))
    while pages:
        for fd, _ in poller.poll():
            steps, sock = pages[fd]
            try:
                poller.modify(fd, next(steps))
            except StopIteration:
                poller.unregister(fd)
                del pages[fd]
                sock.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--timeout", type=float)
    parser.add_argument("urls", nargs="+")
    try:
        go(parser.parse_args().urls)
    except KeyboardInterrupt:
        sys.exit(0)
