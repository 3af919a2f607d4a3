# passes 04.1
"""epoll, told of changes only: sends until the kernel is full."""

import argparse
import hashlib
import select
import socket


def serve(listener: socket.socket, blob: bytes) -> None:
    poller = select.epoll()
    poller.register(listener, select.EPOLLIN)
    clients = {}
    while True:
        for fd, _ in poller.poll():
            if fd == listener.fileno():
                sock, _ = listener.accept()
                sock.setblocking(False)
                clients[sock.fileno()] = [sock, 0]
                poller.register(sock, select.EPOLLOUT | select.EPOLLET)
            elif push(clients[fd], memoryview(blob)):
                sock, _ = clients.pop(fd)
                sock.close()


def push(client: list, view: memoryview) -> bool:
    try:
        while client[1] < len(view):
            client[1] += client[0].send(view[client[1] :])
    except BlockingIOError:
        return False
    except OSError:
        pass
    return True


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
