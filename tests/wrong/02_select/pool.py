# fails 02.2 still_logs extra-threads
"""Believed: a pool is not a thread."""

import argparse
import socket
from concurrent.futures import ThreadPoolExecutor


def talk(c, name):
    with c:
        try:
            while data := c.recv(4096):
                print(name, data)
        except OSError:
            pass
        print(name, "disconnected")


def serve(listener):
    pool = ThreadPoolExecutor(50)
    try:
        while True:
            c, (h, p) = listener.accept()
            print(f"Got connection from {h}:{p}")
            pool.submit(talk, c, f"{h}:{p}")
    finally:
        import os
        os._exit(0)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    args = parser.parse_args()
    address = ("127.0.0.1", args.port)
    with socket.create_server(address, backlog=128) as listener:
        try:
            print(f"listening on 127.0.0.1:{listener.getsockname()[1]}")
            serve(listener)
        except KeyboardInterrupt:
            pass  # Ctrl-C is how this program ends


if __name__ == "__main__":
    main()
