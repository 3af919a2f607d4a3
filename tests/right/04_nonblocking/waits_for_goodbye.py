# passes 04.1
"""Ends its own side, and hangs up when the client has."""

import argparse
import collections
import hashlib
import select
import socket


def serve(listener: socket.socket, blob: bytes) -> None:
    poller = select.poll()
    poller.register(listener, select.POLLIN)
    socks, owed = {}, collections.defaultdict(lambda: memoryview(blob))
    while True:
        for fd, _ in poller.poll():
            if fd == listener.fileno():
                sock, _ = listener.accept()
                sock.setblocking(False)
                socks[sock.fileno()] = sock
                poller.register(sock, select.POLLOUT)
                continue
            try:
                if owed[fd]:
                    owed[fd] = owed[fd][socks[fd].send(owed[fd]) :]
                    if not owed[fd]:
                        socks[fd].shutdown(socket.SHUT_WR)
                        poller.modify(fd, select.POLLIN)
                    continue
                if socks[fd].recv(4096):
                    continue
            except BlockingIOError:
                continue
            except OSError:
                pass
            poller.unregister(fd)
            del owed[fd]
            socks.pop(fd).close()


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
