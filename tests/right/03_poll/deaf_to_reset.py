# passes 03.1
"""Lets a reset pass as a round without data: the next recv says b"" anyway.

The kernel reports ECONNRESET once; from then on the socket reads as ended. The
timeout is for the case that nobody comes: an empty list is no event.
"""

import argparse
import select
import socket


def serve(listener: socket.socket) -> None:
    poller = select.poll()
    poller.register(listener, select.POLLIN)
    poller_clients: dict[int, tuple[socket.socket, str]] = {}
    while True:
        for fd, event in poller.poll(30_000):
            if fd not in poller_clients:
                sock, (host, port) = listener.accept()
                poller_clients[sock.fileno()] = sock, f"{host}:{port}"
                poller.register(sock)
                poller.modify(sock, select.POLLIN)
                print(f"Got connection from {host}:{port}")
            elif event:
                sock, name = poller_clients[fd]
                try:
                    data = sock.recv(100)
                except ConnectionError:
                    continue
                if data:
                    print(f"{name} {data!r}")
                    continue
                poller.unregister(sock)
                sock.close()
                print(f"{name} disconnected")
                del poller_clients[fd]


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
