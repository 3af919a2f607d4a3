# fails 02.4 past_1024 closed-too-soon
"""Believed: the oldest guest makes room for the newest."""

import argparse
import select
import socket


def serve(listener):
    names = {}
    while True:
        for s in select.select([listener, *names], [], [])[0]:
            if s is listener:
                c, (h, p) = s.accept()
                if len(names) >= 1000:
                    old = next(iter(names))
                    print(names.pop(old), "disconnected")
                    old.close()
                print(f"Got connection from {h}:{p}")
                names[c] = f"{h}:{p}"
                continue
            if s.fileno() < 0:
                continue
            try:
                d = s.recv(4096)
            except OSError:
                d = b""
            if d:
                print(names[s], d)
            else:
                print(names.pop(s), "disconnected")
                s.close()


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
