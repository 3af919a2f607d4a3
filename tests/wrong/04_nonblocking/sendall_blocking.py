# fails 04.1 isolate blocked-in-send
"""Believed that sendall is the cure for short sends.

It is: it waits until the client has made room for the last byte, and everybody
else waits with it.
"""

import argparse
import hashlib
import select
import socket


def serve(listener: socket.socket, blob: bytes) -> None:
    poller = select.poll()
    poller.register(listener, select.POLLIN)
    clients = {}
    while True:
        for fd, _ in poller.poll():
            if fd == listener.fileno():
                sock, _ = listener.accept()
                clients[sock.fileno()] = sock
                poller.register(sock, select.POLLOUT)
            else:
                poller.unregister(fd)
                push(clients.pop(fd), blob)


def push(sock: socket.socket, blob: bytes) -> None:
    with sock:
        try:
            sock.sendall(blob)
        except OSError:
            return


def make_blob(size: int, seed: str) -> bytes:
    return hashlib.shake_256(seed.encode()).digest(size)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--size", type=int, default=8 << 20)
    parser.add_argument("--seed", default="looplab")
    args = parser.parse_args()
    blob = make_blob(args.size, args.seed)
    address = ("127.0.0.1", args.port)
    with socket.create_server(address, backlog=128) as listener:
        try:
            print(f"listening on 127.0.0.1:{listener.getsockname()[1]}")
            serve(listener, blob)
        except KeyboardInterrupt:
            pass  # Ctrl-C is how this program ends


if __name__ == "__main__":
    main()
