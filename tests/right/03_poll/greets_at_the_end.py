# passes 03.2
"""Collects the new ones first, greets them all at the end of the round."""

import argparse
import select
import socket


def serve(listener):
    listener.setblocking(False)
    p = select.poll()
    p.register(listener, select.POLLIN)
    socks, names, totals = {}, {}, {}
    while True:
        new = []
        for fd, _ev in sorted(p.poll(2000), reverse=True):
            if fd == listener.fileno():
                try:
                    while True:
                        s, a = listener.accept()
                        new.append((s, "{}:{}".format(*a)))
                except BlockingIOError:
                    pass
                continue
            try:
                d = socks[fd].recv(100_000)
            except OSError:
                d = b""
            totals[fd] += len(d)
            if not d:
                p.unregister(fd)
                print(names.pop(fd), "total", totals.pop(fd))
                socks.pop(fd).close()
        for s, n in new:
            fd = s.fileno()
            socks[fd], names[fd], totals[fd] = s, n, 0
            p.register(fd, select.POLLIN)
            try:
                s.sendall(b"Thank you for connecting .")
                s.shutdown(socket.SHUT_WR)
            except OSError:
                pass


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
