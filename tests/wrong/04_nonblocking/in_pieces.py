# fails 04.1 whole short-send-lost
"""Cut the blob into pieces that surely fit, and popped one each time.

The last piece before the kernel is full goes in part; its rest is gone.
"""

import argparse
import hashlib
import select
import socket

PIECE = 1 << 20


class Client:
    def __init__(self, sock: socket.socket, blob: bytes) -> None:
        self.sock = sock
        view = memoryview(blob)
        cuts = range(0, len(blob), PIECE)
        self.pieces = [view[cut : cut + PIECE] for cut in cuts][::-1]


def serve(listener: socket.socket, blob: bytes) -> None:
    poller = select.poll()
    poller.register(listener, select.POLLIN)
    clients = {}
    while True:
        for fd, _ in poller.poll():
            if fd == listener.fileno():
                sock, _ = listener.accept()
                sock.setblocking(False)
                clients[sock.fileno()] = Client(sock, blob)
                poller.register(sock, select.POLLOUT)
            elif not push(clients[fd]):
                poller.unregister(fd)
                clients.pop(fd).sock.close()


def push(client: Client) -> bool:
    if not client.pieces:
        return False
    try:
        client.sock.send(client.pieces[-1])
        client.pieces.pop()
    except BlockingIOError:
        pass
    except OSError:
        return False
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
