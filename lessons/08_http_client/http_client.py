"""Fetch pages: the article's http_client, which is told what to fetch, and
says of each answer no more than STATUS LENGTH URL.

python http_client.py [--timeout SECONDS] URL [URL ...]
"""

import argparse
import socket

import asyncore


class http_client(asyncore.dispatcher):
    def __init__(self, url):
        asyncore.dispatcher.__init__(self)
        self.url = url
        host, _, path = url.removeprefix("http://").partition("/")
        name, _, port = host.partition(":")
        self.create_socket(socket.AF_INET, socket.SOCK_STREAM)
        self.connect((name, int(port or 80)))
        self.buffer = b"GET /%s HTTP/1.0\r\n\r\n" % path.encode()

    def handle_connect(self):
        pass

    def handle_close(self):
        self.close()

    def handle_read(self):
        answer = self.recv(8192)
        if answer:
            head, _, body = answer.partition(b"\r\n\r\n")
            print(head.split()[1].decode(), len(body), self.url)

    def writable(self):
        return len(self.buffer) > 0

    def handle_write(self):
        sent = self.send(self.buffer)
        self.buffer = self.buffer[sent:]


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--timeout", type=float, default=30.0)
    parser.add_argument("urls", nargs="+", metavar="URL")
    args = parser.parse_args()
    try:
        for url in args.urls:
            client = http_client(url)
            asyncore.loop()
    except KeyboardInterrupt:
        pass
