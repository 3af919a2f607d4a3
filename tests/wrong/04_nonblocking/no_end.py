# fails 04.1 small not-closed
"""Believed that the blob tells its own end.

A stream has no length: without EOF the client cannot know that this was all.
"""

import argparse
import hashlib
import select
import socket


def serve(listener: socket.socket, blob: bytes) -> None:
    poller = select.poll()
    poller.register(listener, select.POLLIN)
    clients = {}
    served = []
    while True:
        for fd, _ in poller.poll():
            if fd == listener.fileno():
                sock, _ = listener.accept()
                sock.setblocking(False)
                clients[sock.fileno()] = [sock, memoryview(blob)]
                poller.register(sock, select.POLLOUT)
            elif not push(clients[fd]):
                poller.unregister(fd)
                served.append(clients.pop(fd))


def push(client: list) -> bool:
    sock, owed = client
    try:
        client[1] = owed[sock.send(owed) :]
    except BlockingIOError:
        return True
    except OSError:
        return False
    return bool(client[1])


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
