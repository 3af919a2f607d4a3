# fails 03.2 total stuck
"""Believed that a number needs its unit."""

import argparse
import select
import socket


def serve(listener):
    p = select.poll()
    p.register(listener, select.POLLIN)
    g = {}
    while True:
        for fd, _ev in p.poll():
            if fd == listener.fileno():
                s, (h, n) = listener.accept()
                g[s.fileno()] = [s, f"{h}:{n}", 0]
                p.register(s, select.POLLIN)
                try:
                    s.sendall(b"Thank you for connecting .")
                    s.shutdown(socket.SHUT_WR)
                except OSError:
                    pass
                continue
            one = g[fd]
            try:
                data = one[0].recv(4096)
            except OSError:
                data = b""
            one[2] += len(data)
            if not data:
                p.unregister(fd)
                one[0].close()
                print(f"{one[1]} total {one[2]} bytes")
                del g[fd]


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
