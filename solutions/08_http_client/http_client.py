"""Fetch pages over HTTP/1.0, all at once, on one loop.

python http_client.py [--timeout SECONDS] URL [URL ...]

A line as each ends: STATUS LENGTH URL, with the number of bytes of the body.
In place of STATUS, and the exit status, which is the highest of all:

    ECONNREFUSED  or another errno: there is no connection      1
    timeout       nothing was heard for SECONDS                 1
    truncated     the answer was cut short                      2
    unreadable    what came is no answer that HTTP/1.0 knows    2
"""

import argparse
import contextlib
import errno
import sys
import time

import asyncore

LONGEST = 65536  # bytes of a head: more is no answer


class Answer:
    """Bytes in; status, headers and length out. It knows of no socket."""

    def __init__(self):
        self.head = bytearray()  # what has come of it
        self.status = None  # a number, once the head is whole
        self.headers = {}  # names in small letters
        self.length = 0  # bytes of the body so far
        self.promised = None  # bytes of the body; None: until the close
        self.complete = False

    def feed(self, data):
        """The next bytes, cut anywhere. ValueError: this is no answer."""
        if self.status is None:
            self.head += data
            head, end, data = bytes(self.head).partition(b"\r\n\r\n")
            if len(head) > LONGEST:
                raise ValueError("a head without end")
            if not end:
                return
            self.parse(head.decode("latin-1"))
        self.length += len(data)
        if self.promised is not None and self.length >= self.promised:
            self.length, self.complete = self.promised, True

    def feed_eof(self):
        """Nothing more comes: without a promise, that is the end."""
        if self.status is not None and self.promised is None:
            self.complete = True

    def parse(self, head):
        first, *lines = head.split("\r\n")
        version, status = first.split()[:2]
        for line in lines:
            name, _, value = line.partition(":")
            self.headers[name.strip().lower()] = value.strip()
        if not version.startswith("HTTP/1."):
            raise ValueError(f"no status line: {first}")
        if "transfer-encoding" in self.headers:  # not to be sent to us
            raise ValueError("a body that HTTP/1.0 cannot read")
        self.status = int(status)
        if "content-length" in self.headers:
            self.promised = int(self.headers["content-length"])


class http_client(asyncore.dispatcher):
    """One page. connecting, sending, reading; every way ends in ends()."""

    def __init__(self, url):
        asyncore.dispatcher.__init__(self)
        self.url, self.answer = url, Answer()
        host, _, path = url.removeprefix("http://").partition("/")
        name, _, port = host.partition(":")
        lines = f"GET /{path} HTTP/1.0", f"Host: {host}", "", ""
        self.request = "\r\n".join(lines).encode()
        self.result = None  # its exit status, once it has ended
        self.heard = time.monotonic()
        self.create_socket()
        try:  # a number: to look up a name would make everybody wait
            self.connect((name, int(port or 80)))
        except OSError:
            self.handle_error()

    def handle_connect(self):
        pass  # now it is writable, and the request goes out

    def writable(self):
        return self.connecting or len(self.request) > 0

    def handle_write(self):
        self.request = self.request[self.send(self.request) :]

    def handle_read(self):
        data = self.recv(65536)
        self.heard = time.monotonic()
        try:
            self.answer.feed(data)
        except ValueError:
            self.ends("unreadable", 2)
        if self.answer.complete:
            self.ends(self.answer.status, 0)

    def handle_eof(self):
        self.answer.feed_eof()
        if not self.answer.complete:
            self.ends("truncated", 2)

    def handle_close(self):
        self.ends("truncated", 2)  # reset

    def handle_error(self):
        error = sys.exc_info()[1]
        if self.connected or not isinstance(error, OSError):
            raise error  # a fault of this program
        self.ends(errno.errorcode[error.errno], 1)

    def ends(self, word, result):
        if self.result is None:
            self.result = result
            print(word, self.answer.length, self.url)
        self.close()


def fetch(urls, timeout):
    """All of them; the highest result."""
    clients = [http_client(url) for url in urls]
    while waiting := [one for one in clients if one.result is None]:
        now = time.monotonic()
        for one in waiting:
            if now - one.heard >= timeout:
                one.ends("timeout", 1)
        until = min(one.heard for one in waiting) + timeout
        asyncore.loop(max(until - now, 0), count=1)
    return max(one.result for one in clients)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--timeout", type=float, default=30.0)
    parser.add_argument("urls", nargs="+", metavar="URL")
    args = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C
        sys.exit(fetch(args.urls, args.timeout))
