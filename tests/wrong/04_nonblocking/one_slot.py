# fails 04.1 together stuck
"""Sent at once, and remembered the one client that did not take it all.

The second one that does not takes the first one's place.
"""

import argparse
import hashlib
import select
import socket


def serve(listener: socket.socket, blob: bytes) -> None:
    poller = select.poll()
    poller.register(listener, select.POLLIN)
    slow, owed = None, b""
    while True:
        for fd, _ in poller.poll():
            if fd == listener.fileno():
                sock, _ = listener.accept()
                sock.setblocking(False)
                rest = push(sock, memoryview(blob))
                if not rest:
                    sock.close()
                    continue
                if slow is not None:
                    poller.unregister(slow)
                slow, owed = sock, rest
                kept.append(sock)
                poller.register(slow, select.POLLOUT)
            else:
                owed = push(slow, owed)
                if not owed:
                    poller.unregister(slow)
                    slow.close()
                    slow = None


kept = []


def push(sock: socket.socket, owed: memoryview) -> memoryview:
    """What is still owed."""
    try:
        return owed[sock.send(owed) :]
    except BlockingIOError:
        return owed
    except OSError:
        return owed[:0]


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
