# passes 08.1
"""Fetch pages, one after the other, on sockets that block: no engine, and for
one page at a time nothing is wrong with that."""

import argparse
import re
import socket
import sys

LENGTH = re.compile(rb"\r\ncontent-length:\s*(\d+)", re.I)


def fetch(url, timeout):
    host, _, path = url[7:].partition("/")
    name, port = host.split(":")
    with socket.create_connection((name, int(port)), timeout) as sock:
        sock.sendall(f"GET /{path} HTTP/1.0\r\nHost: {host}\r\n\r\n".encode())
        heard = bytearray()
        while (end := heard.find(b"\r\n\r\n")) < 0:
            if not (data := sock.recv(4096)):
                return "truncated", 0
            heard += data
        status = heard.split(None, 2)[1].decode()
        promised = LENGTH.search(heard, 0, end + 2)
        n = len(heard) - end - 4
        while promised is None or n < int(promised[1]):
            if not (data := sock.recv(1 << 18)):
                return (status if promised is None else "truncated"), n
            n += len(data)
        return status, n


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--timeout", type=float, default=30.0)
    parser.add_argument("urls", nargs="+")
    args = parser.parse_args()
    try:
        for url in args.urls:
            print(*fetch(url, args.timeout), url)
    except KeyboardInterrupt:
        sys.exit(0)
