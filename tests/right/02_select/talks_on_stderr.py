# passes 02.1
"""Logs through logging, debugs to stderr and stdout, starts slowly."""

import argparse
import logging
import select
import socket
import sys
import time

time.sleep(1.2)
out = logging.getLogger("out")
out.propagate = False
out.addHandler(logging.StreamHandler(sys.stdout))
out.setLevel(logging.INFO)
logging.basicConfig(level=logging.DEBUG)
debug = logging.getLogger("debug").debug


def serve(listener):
    socks = {listener.fileno(): (listener, None)}
    while True:
        fds = list(socks)
        debug("select on %s", fds)
        r, w, x = select.select(fds, [], fds, None)
        print("round", r, w, x)
        for fd in r:
            sock, name = socks[fd]
            if name is None:
                conn, addr = sock.accept()
                name = "{}:{}".format(*addr)
                socks[conn.fileno()] = conn, name
                out.info("Got connection from %s", name)
                continue
            try:
                data = sock.recv(1024)
            except ConnectionResetError as e:
                debug("oops %s", e)
                data = b""
            if data:
                out.info("%s %r", name, data)
            else:
                out.info("%s disconnected", name)
                del socks[fd]
                sock.close()


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
