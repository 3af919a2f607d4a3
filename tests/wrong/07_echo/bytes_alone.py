# fails 07.4 spins accepted-broken
"""Looks at bytes and at nothing else."""

import argparse
import os
import socket
import sys
import threading
import time

BIG = 12 << 20


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


def push(sock, data, shut=False):
    def send():
        try:
            sock.sendall(data)
            if shut:
                sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    threading.Thread(target=send, daemon=True).start()


def share(pid, seconds):
    with open(f"/proc/{pid}/schedstat") as file:
        before = sum(map(int, file.read().split()[:2]))
    time.sleep(seconds)
    with open(f"/proc/{pid}/schedstat") as file:
        after = sum(map(int, file.read().split()[:2]))
    return (after - before) / 1e9 / seconds


def rest(pid):
    for _ in range(8):
        if share(pid, 0.5) < 0.02:
            break


def attack(address, pid):
    with connect(address) as sock:
        for word in (b"one", b"two"):
            sock.sendall(word)
            expect(sock, word)
    with connect(address) as sock:
        data = os.urandom(BIG)
        push(sock, data, shut=True)
        rest(pid)
        expect(sock, data)
        if sock.recv(1):
            raise Broken("more than was sent")
    with connect(address), connect(address) as sock:
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
