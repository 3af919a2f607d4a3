# fails 03.3 again crashed
"""Believed that 1,500 guests are all polite."""

import argparse
import resource
import select
import socket


def raise_limit():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))


def serve(listener):
    p = select.poll()
    p.register(listener, select.POLLIN)
    g = {}
    while True:
        for fd, _ev in p.poll():
            if fd == listener.fileno():
                s, (h, n) = listener.accept()
                g[s.fileno()] = s, f"{h}:{n}"
                print(f"Got connection from {h}:{n}")
                p.register(s, select.POLLIN)
                continue
            s, n = g[fd]
            d = s.recv(4096)
            if d:
                print(n, d)
            else:
                print(n, "disconnected")
                p.unregister(fd)
                g.pop(fd)[0].close()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    args = parser.parse_args()
    raise_limit()
    address = ("127.0.0.1", args.port)
    with socket.create_server(address, backlog=512) as listener:
        try:
            print(f"listening on 127.0.0.1:{listener.getsockname()[1]}")
            serve(listener)
        except KeyboardInterrupt:
            pass  # Ctrl-C is how this program ends


if __name__ == "__main__":
    main()
