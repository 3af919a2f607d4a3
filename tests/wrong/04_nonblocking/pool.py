# fails 04.1 one_thread extra-threads
"""Left the waiting to threads, though no module of that name is imported."""

import argparse
import hashlib
import socket
from concurrent.futures import ThreadPoolExecutor


def serve(listener: socket.socket, blob: bytes) -> None:
    with ThreadPoolExecutor(16) as pool:
        while True:
            pool.submit(push, listener.accept()[0], blob)


def push(sock: socket.socket, blob: bytes) -> None:
    with sock:
        try:
            sock.sendall(blob)
        except OSError:
            return


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
