"""Send SIZE bytes to a server that reads when it likes.

python upload.py [--size BYTES] [--key KEY] URL

Prints a line for its answer, as http_client.py does: STATUS LENGTH URL.
The bytes are made of the key, so that the other end can compare them.
"""

import argparse
import random
import sys

import asyncore


class upload(asyncore.dispatcher):
    """connecting, sending, reading the answer, closed."""

    def __init__(self, url, body):
        asyncore.dispatcher.__init__(self)
        self.url, self.heard, self.result = url, b"", 2
        host, _, path = url.removeprefix("http://").partition("/")
        # What the kernel has not taken yet. A view is cut without a copy.
        self.owed = memoryview(self.head(host, "/" + path, len(body)) + body)
        self.create_socket()
        name, _, port = host.partition(":")
        self.connect((name, int(port or 80)))

    def head(self, host, path, size):
        """The request as bytes, up to the body, which has `size` bytes: POST,
        HTTP/1.0, Host, Content-Length, and the empty line."""
        raise NotImplementedError("TODO 08.4 upload.head")

    def writable(self):
        """While the connect is under way, and while something is owed."""
        raise NotImplementedError("TODO 08.4 upload.writable")

    def handle_write(self):
        """Hand over what the kernel takes now; the rest stays owed. Nothing
        is closed: the answer comes on the same connection."""
        raise NotImplementedError("TODO 08.4 upload.handle_write")

    def handle_connect(self):
        pass

    def handle_read(self):
        self.heard += self.recv(65536)

    def handle_close(self):
        """EOF, or a reset: there will be no more of the answer."""
        head, end, body = self.heard.partition(b"\r\n\r\n")
        if end:
            self.result = 0
        status = head.split()[1].decode() if end else "truncated"
        print(status, len(body), self.url)
        self.close()

    def handle_error(self):
        raise  # whatever it is, it ends the program


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, default=16 << 20)
    parser.add_argument("--key", type=int, default=1)
    parser.add_argument("url", metavar="URL")
    args = parser.parse_args()
    try:
        body = random.Random(args.key).randbytes(args.size)
        client = upload(args.url, body)
        asyncore.loop(None)
        sys.exit(client.result)
    except KeyboardInterrupt:
        pass
