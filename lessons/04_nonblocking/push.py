"""04.1 Push a large thing to everybody, and wait for nobody.

python push.py --port 0 --size 8388608 --seed any    Ctrl-C ends it
"""

import argparse
import hashlib
import select
import socket


class Client:
    """A connected client, and the bytes it is still owed."""

    def __init__(self, sock: socket.socket, blob: bytes) -> None:
        self.sock = sock
        self.owed = memoryview(blob)  # a slice of a view copies nothing


def serve(listener: socket.socket, blob: bytes) -> None:
    """Send every client the whole blob, then EOF. Never wait for one of them.

    Nothing a client does may hold up another: it may read slowly, or not at
    all, or shut its own writing, or vanish. Its socket is closed when
    `push()` says that it is owed nothing more.
    """
    raise NotImplementedError("TODO 04.1 serve")


def push(client: Client) -> bool:
    """Send once, what the kernel takes. False when nothing more is to be sent.

    Nothing more is to be sent when all of `client.owed` has been taken, or
    when the client is gone (an OSError other than BlockingIOError).
    """
    raise NotImplementedError("TODO 04.1 push")


def make_blob(size: int, seed: str) -> bytes:
    """`size` bytes that anybody who knows the seed can compute."""
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
