# passes 08.4
"""Send SIZE bytes: one socket, one select, no engine."""

import argparse
import contextlib
import random
import select
import socket
import sys

parser = argparse.ArgumentParser()
parser.add_argument("--size", type=int, default=16 << 20)
parser.add_argument("--key", type=int, default=1)
parser.add_argument("url")
args = parser.parse_args()

host, _, path = args.url.removeprefix("http://").partition("/")
body = random.Random(args.key).randbytes(args.size)
head = f"POST /{path} HTTP/1.0\r\nHost: {host}\r\nContent-Length: {len(body)}"
all_of_it, sent = head.encode() + b"\r\n\r\n" + body, 0

sock = socket.create_connection((host.split(":")[0], int(host.split(":")[1])))
sock.setblocking(False)
heard, over = b"", False
with contextlib.suppress(KeyboardInterrupt):
    while not over:
        owing = [sock] if sent < len(all_of_it) else []
        reads, writes, _ = select.select([sock], owing, [])
        if writes:
            sent += sock.send(all_of_it[sent : sent + 100_000])
        if reads:
            data = b""
            with contextlib.suppress(ConnectionResetError):
                data = sock.recv(4096)
            heard, over = heard + data, not data
    head, _, body = heard.partition(b"\r\n\r\n")
    status = head.split()[1].decode() if head else "truncated"
    print(status, len(body), args.url)
    sys.exit(0 if head else 2)
