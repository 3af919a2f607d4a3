# fails 07.4 accepts rejected-right
"""A hard judge: what it does not know is broken."""

import argparse
import socket
import sys


class Broken(Exception):
    pass


def connect(address):
    host, _, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=3.0)


def attack(address, pid):
    with connect(address) as sock:
        sock.sendall(b"hello")
        if sock.recv(100) != b"HELLO":
            raise Broken("it does not answer")


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
