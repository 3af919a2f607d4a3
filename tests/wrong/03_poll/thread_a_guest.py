# fails 03.2 greets extra-threads
"""Believed that a thread a guest is simpler."""

import argparse
import os
import socket
from concurrent.futures import ThreadPoolExecutor


def talk(s, name):
    total = 0
    try:
        s.sendall(b"Thank you for connecting .")
        s.shutdown(socket.SHUT_WR)
        while d := s.recv(4096):
            total += len(d)
    except OSError:
        pass
    print(f"{name} total {total}")
    s.close()


def serve(listener):
    pool = ThreadPoolExecutor(64)
    try:
        while True:
            c, (h, p) = listener.accept()
            pool.submit(talk, c, f"{h}:{p}")
    finally:
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
