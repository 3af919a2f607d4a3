# passes 04.1
"""A generator a client: it yields where it would have to wait."""

import argparse
import hashlib
import select
import socket


def visit(sock: socket.socket, blob: bytes):
    sent = 0
    with sock:
        while sent < len(blob):
            try:
                sent += sock.send(memoryview(blob)[sent : sent + 300_000])
            except BlockingIOError:
                pass
            except OSError:
                return
            yield


def serve(listener: socket.socket, blob: bytes) -> None:
    poller = select.poll()
    poller.register(listener, select.POLLIN)
    visits = {}
    while True:
        for fd, _ in poller.poll():
            if fd == listener.fileno():
                sock = listener.accept()[0]
                sock.setblocking(False)
                fd = sock.fileno()
                poller.register(fd, select.POLLOUT)
                visits[fd] = visit(sock, blob)
            for _ in visits[fd]:
                break
            else:
                poller.unregister(fd)
                del visits[fd]


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
