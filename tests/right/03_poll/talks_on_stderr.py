# passes 03.1
"""Logging, stderr debug; objects by fd; mask in words."""

import argparse
import logging
import select
import socket

logging.basicConfig(level=logging.DEBUG)


def serve(listener):
    listener.setblocking(False)
    poller = select.poll()
    conns = {}
    poller.register(listener, select.POLLIN | select.POLLERR)
    while True:
        for fd, ev in poller.poll(10_000):
            logging.debug("fd %d mask %d", fd, ev)
            if fd == listener.fileno():
                while True:
                    try:
                        c, a = listener.accept()
                    except BlockingIOError:
                        break
                    c.setblocking(False)
                    conns[c.fileno()] = c, "{}:{}".format(*a)
                    poller.register(c, select.POLLIN | select.POLLPRI)
                    print("Got connection from {}:{}".format(*a), flush=True)
                continue
            c, n = conns[fd]
            try:
                d = c.recv(65536)
            except BlockingIOError:
                continue
            except OSError:
                d = b""
            if d:
                print(n, d, flush=True)
            else:
                print(n, "disconnected", flush=True)
                poller.unregister(c)
                del conns[fd]
                c.close()


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
