# passes 04.1
"""Blocking sockets, and calls that are told not to wait."""

import argparse
import hashlib
import select
import socket


def serve(listener: socket.socket, blob: bytes) -> None:
    position = {}
    while True:
        ready, room, _ = select.select([listener], list(position), [])
        for sock in room:
            if push(sock, blob, position):
                del position[sock]
                sock.close()
        for _ in ready:
            position[listener.accept()[0]] = 0


def push(sock: socket.socket, blob: bytes, position: dict) -> bool:
    """True when this one is done with."""
    view = memoryview(blob)[position[sock] :]
    try:
        position[sock] += sock.send(view, socket.MSG_DONTWAIT)
    except BlockingIOError:
        pass
    except OSError:
        return True
    return position[sock] == len(blob)


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
