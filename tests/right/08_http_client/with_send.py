# passes 08.4
"""Send SIZE bytes: dispatcher_with_send keeps what is owed."""

import argparse
import random
import sys

import asyncore


class upload(asyncore.dispatcher_with_send):
    status = 2

    def __init__(self, url, body):
        super().__init__()
        self.url, self.heard = url, b""
        host, _, path = url.removeprefix("http://").partition("/")
        name, port = host.split(":")
        self.out_buffer += (
            f"POST /{path} HTTP/1.0\r\nContent-Length: {len(body)}\r\n"
            f"Host: {host}\r\n\r\n"
        ).encode()
        self.out_buffer += body
        self.create_socket()
        self.connect((name, int(port)))

    def handle_connect(self):
        self.initiate_send()

    def handle_read(self):
        self.heard += self.recv(8192)

    def handle_close(self):
        head, _, body = self.heard.partition(b"\r\n\r\n")
        self.status = 0 if head else 2
        word = head.split()[1].decode() if head else "truncated"
        print(word, len(body), self.url)
        self.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, default=16 << 20)
    parser.add_argument("--key", type=int, default=1)
    parser.add_argument("url")
    args = parser.parse_args()
    body = random.Random(args.key).randbytes(args.size)
    client = upload(args.url, body)
    try:
        asyncore.loop(None)
        sys.exit(client.status)
    except KeyboardInterrupt:
        pass
