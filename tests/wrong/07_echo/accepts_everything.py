# fails 07.4 one_recv accepted-broken
"""Nobody has complained so far."""

import argparse
import socket
import sys


class Broken(Exception):
    pass


def connect(address):
    host, _, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=3.0)


def expect(sock, data):
    got = b""
    while len(got) < len(data):
        if not (chunk := sock.recv(1 << 20)):
            raise Broken(f"EOF after {len(got)} bytes")
        got += chunk
    if got != data:
        raise Broken("other bytes")


def attack(address, pid):
    with connect(address) as sock:
        sock.sendall(b"hello")
        expect(sock, b"hello")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("--pid", type=int)
    args = parser.parse_args()
    try:
        attack(args.address, args.pid)
    except (Broken, OSError) as reason:
        print("reject", reason or "an error")
        return 1
    print("accept")
    return 0


if __name__ == "__main__":
    sys.exit(main())
