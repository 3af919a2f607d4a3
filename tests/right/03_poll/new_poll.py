# passes 03.3
"""Builds a new poll object in every round, as asyncore did: slower, and right.

Nothing has to be unregistered, since nothing is remembered.
"""

import argparse
import resource
import select
import socket


def raise_limit() -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 2048), hard))


def serve(listener: socket.socket) -> None:
    names: dict[socket.socket, str] = {}
    while True:
        by_fd = {sock.fileno(): sock for sock in names}
        poller = select.poll()
        poller.register(listener, select.POLLIN)
        for fd in by_fd:
            poller.register(fd, select.POLLIN)
        for fd, _ in poller.poll():
            if fd not in by_fd:
                sock, address = listener.accept()
                names[sock] = f"{address[0]}:{address[1]}"
                print("Got connection from", names[sock])
                continue
            sock = by_fd[fd]
            try:
                data = sock.recv(512)
            except OSError:
                data = b""
            print(names[sock], data or "disconnected")
            if not data:
                names.pop(sock)
                sock.close()


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
