# fails 04.1 idle naps
"""Waited for room with a nap, for a kernel that would have told."""

import argparse
import hashlib
import socket
import time


def serve(listener: socket.socket, blob: bytes) -> None:
    listener.setblocking(False)
    clients = {}
    while True:
        try:
            sock, _ = listener.accept()
            sock.setblocking(False)
            clients[sock] = memoryview(blob)
        except BlockingIOError:
            time.sleep(0.005)
        for sock in list(clients):
            try:
                clients[sock] = clients[sock][sock.send(clients[sock]) :]
                if clients[sock]:
                    continue
            except BlockingIOError:
                continue
            except OSError:
                pass
            del clients[sock]
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
