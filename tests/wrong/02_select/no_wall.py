# fails 02.4 past_1024 not-closed
"""Believed: with poll there is no wall, so there is no surplus."""

import argparse
import select
import socket


def serve(listener):
    p = select.poll()
    p.register(listener, select.POLLIN)
    g = {}
    while True:
        for fd, _ in p.poll():
            if fd == listener.fileno():
                s, (h, n) = listener.accept()
                g[s.fileno()] = s, f"{h}:{n}"
                print(f"Got connection from {h}:{n}")
                p.register(s, select.POLLIN)
                continue
            s, n = g[fd]
            try:
                d = s.recv(4096)
            except OSError:
                d = b""
            if d:
                print(n, d)
            else:
                print(n, "disconnected")
                p.unregister(fd)
                del g[fd]
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
