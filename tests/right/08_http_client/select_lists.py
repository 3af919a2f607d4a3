# passes 08.3
"""Fetch pages with select and three lists, no engine."""

import argparse
import select
import socket
import sys


def request(url):
    host, _, path = url.removeprefix("http://").partition("/")
    return f"GET /{path} HTTP/1.0\r\nHost: {host}\r\n\r\n".encode()


def address(url):
    name, _, port = url.split("/")[2].partition(":")
    return name, int(port or 80)


def whole(heard, over):
    head, end, body = bytes(heard).partition(b"\r\n\r\n")
    if not end:
        return None
    lengths = [
        int(line.split(b":")[1])
        for line in head.lower().split(b"\r\n")
        if line.startswith(b"content-length:")
    ]
    if over or (lengths and len(body) >= lengths[0]):
        return head.split()[1].decode(), len(body)
    return None


def go(urls):
    sending, reading = {}, {}
    for url in urls:
        sock = socket.socket()
        sock.setblocking(False)
        sock.connect_ex(address(url))
        sending[sock] = url
    while sending or reading:
        reads, writes, _ = select.select(list(reading), list(sending), [])
        for sock in writes:
            url = sending.pop(sock)
            sock.send(request(url))  # so few bytes fit a fresh buffer
            reading[sock] = url, bytearray()
        for sock in reads:
            url, heard = reading[sock]
            data = sock.recv(65536)
            heard += data
            found = whole(heard, not data)
            if found:
                print(*found, url)
                sock.close()
                del reading[sock]


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--timeout", type=float)
    parser.add_argument("urls", nargs="+")
    try:
        go(parser.parse_args().urls)
    except KeyboardInterrupt:
        sys.exit(0)
