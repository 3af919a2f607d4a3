# fails 04.1 isolate blocked-in-send
"""Believed that a client inherits O_NONBLOCK from its listener.

On Linux it does not: accept hands out a blocking socket, and send on it waits
until the kernel has taken all.
"""

import argparse
import hashlib
import select
import socket


def serve(listener: socket.socket, blob: bytes) -> None:
    listener.setblocking(False)
    poller = select.poll()
    poller.register(listener, select.POLLIN)
    clients = {}
    while True:
        for fd, _ in poller.poll():
            if fd == listener.fileno():
                sock, _ = listener.accept()
                clients[sock.fileno()] = [sock, memoryview(blob)]
                poller.register(sock, select.POLLOUT)
            elif not push(clients[fd]):
                poller.unregister(fd)
                clients.pop(fd)[0].close()


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
