# passes 08.3
"""Fetch pages on the engine: the state has a name, and a method for each."""

import argparse
import asyncore


class Page(asyncore.dispatcher):
    def __init__(self, url):
        asyncore.dispatcher.__init__(self)
        self.url = url
        self.state = self.in_head
        self.owed, self.heard, self.n = b"", b"", 0
        self.left = None
        host = url.split("/")[2]
        path = url.split("/", 3)[3]
        self.owed = b"GET /%b HTTP/1.0\r\nHost: %b\r\n\r\n" % (
            path.encode(), host.encode(),
        )
        self.create_socket()
        self.connect((host.split(":")[0], int(host.split(":")[1])))

    def handle_connect(self):
        pass

    def writable(self):
        return bool(self.owed)

    def handle_write(self):
        self.owed = self.owed[self.send(self.owed):]

    def handle_read(self):
        self.state(self.recv(4096))

    def in_head(self, data):
        self.heard += data
        if b"\r\n\r\n" in self.heard:
            head, body = self.heard.split(b"\r\n\r\n", 1)
            for line in head.splitlines():
                if line.lower().startswith(b"content-length:"):
                    self.left = int(line[15:])
            self.status = head.split()[1].decode()
            self.state = self.in_body
            self.in_body(body)

    def in_body(self, data):
        self.n += len(data)
        if self.left is not None and self.n >= self.left:
            self.over()

    def over(self, data=b""):
        if self.state != self.closed:
            print(self.status, self.n, self.url)
        self.state = self.closed
        self.close()

    def closed(self, data):
        pass

    def handle_close(self):
        self.over()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--timeout", type=float)
    parser.add_argument("urls", nargs="+")
    args = parser.parse_args()
    for url in args.urls:
        Page(url)
    try:
        asyncore.loop(timeout=None, use_poll=True)
    except KeyboardInterrupt:
        pass
