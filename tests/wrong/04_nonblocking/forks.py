# fails 04.1 one_thread extra-processes
"""Left the waiting to a child, one for each client."""

import argparse
import hashlib
import os
import signal
import socket


def serve(listener: socket.socket, blob: bytes) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # no zombies
    while True:
        sock, _ = listener.accept()
        if os.fork() == 0:
            try:
                sock.sendall(blob)
            except OSError:
                os._exit(1)
            os._exit(0)
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
