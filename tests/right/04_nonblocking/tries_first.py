# passes 04.1
"""Sends as soon as it can, and asks poll only about what is left."""

import argparse
import hashlib
import select
import socket


def serve(listener: socket.socket, blob: bytes) -> None:
    listener.setblocking(False)
    poller = select.poll()
    poller.register(listener, select.POLLIN)
    owed = {}
    while True:
        for fd, _ in poller.poll():
            if fd == listener.fileno():
                newcomers(listener, blob, owed, poller)
            else:
                sock, rest = owed.pop(fd)
                poller.unregister(fd)
                push(sock, rest, owed, poller)


def newcomers(listener, blob, owed, poller) -> None:
    while True:
        try:
            sock, _ = listener.accept()
        except BlockingIOError:
            return
        sock.setblocking(False)
        push(sock, memoryview(blob), owed, poller)


def push(sock, rest, owed, poller) -> None:
    try:
        while rest:
            rest = rest[sock.send(rest) :]
    except BlockingIOError:
        owed[sock.fileno()] = sock, rest
        poller.register(sock, select.POLLOUT)
        return
    except OSError:
        pass
    sock.close()


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
