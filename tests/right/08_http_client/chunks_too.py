# passes 08.2
"""Fetch pages on the engine: all is kept, and looked at again with each piece.
It reads a body in chunks as well, which is more than it has to."""

import argparse
import errno
import sys
import time

import asyncore


class NoAnswer(Exception):
    """What came is none."""


def unchunked(data):
    """(bytes of the body, whole)."""
    n = 0
    while True:
        size, end, data = data.partition(b"\r\n")
        if not end:
            return n, False
        size = int(size.split(b";")[0], 16)
        if size == 0:
            return n, True
        n += min(size, len(data))
        data = data[size + 2 :]


def look(data, over):
    """(status or None, bytes of the body, whole)."""
    head, end, body = data.partition(b"\r\n\r\n")
    if not end and len(head) > 1 << 16:
        raise NoAnswer("a head without end")
    if not end:
        return None, 0, False
    first, *lines = head.decode("latin-1").split("\r\n")
    words = first.split()
    good = words[0].startswith("HTTP/") and len(words) > 1
    if not good or not words[1].isdigit():
        raise NoAnswer(first)
    pairs = [line.split(":", 1) for line in lines]
    named = {a.strip().lower(): b.strip() for a, b in pairs}
    if named.get("transfer-encoding") == "chunked":
        return words[1], *unchunked(body)
    if "content-length" in named:
        n = min(len(body), int(named["content-length"]))
        return words[1], n, n == int(named["content-length"])
    return words[1], len(body), over


class Page(asyncore.dispatcher_with_send):
    all = []

    def __init__(self, url):
        super().__init__()
        self.url, self.data, self.status = url, b"", None
        self.n, self.since = 0, time.monotonic()
        self.all.append(self)
        self.create_socket()
        self.host, _, self.path = url[len("http://") :].partition("/")
        name, _, port = self.host.partition(":")
        try:
            self.connect((name, int(port or 80)))
        except OSError:
            self.handle_error()

    def handle_connect(self):
        request = f"GET /{self.path} HTTP/1.0\r\nHost: {self.host}\r\n\r\n"
        self.send(request.encode())

    def handle_read(self):
        self.since = time.monotonic()
        data = self.recv(65536)
        if data and self.status is None:
            self.data += data
            self.see(False)

    def see(self, over):
        try:
            status, self.n, whole = look(self.data, over)
        except NoAnswer:
            return self.tell("unreadable", 2)
        if whole:
            self.tell(status, 0)
        elif over:
            self.tell("truncated", 2)

    def handle_eof(self):
        self.see(True)

    def handle_close(self):
        self.tell("truncated", 2)

    def handle_error(self):
        error = sys.exc_info()[1]
        self.tell(errno.errorcode[error.errno], 1)

    def tell(self, word, status):
        if self.status is None:
            self.status = status
            print(word, self.n, self.url)
        self.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--timeout", type=float, default=30.0)
    parser.add_argument("urls", nargs="+")
    args = parser.parse_args()
    for url in args.urls:
        Page(url)
    try:
        while asyncore.socket_map:
            for page in list(asyncore.socket_map.values()):
                if time.monotonic() - page.since >= args.timeout:
                    page.tell("timeout", 1)
            ends = [one.since for one in asyncore.socket_map.values()]
            if ends:
                left = min(ends) + args.timeout - time.monotonic()
                asyncore.loop(max(0, left), True, count=1)
        sys.exit(max(page.status for page in Page.all))
    except KeyboardInterrupt:
        pass
