# fails 03.3 one_client crashed
"""Believed that ROOM is what everybody gets.

Where the hard limit is lower, a soft limit above it is refused: setrlimit
raises ValueError.
"""

import argparse
import resource
import select
import socket

ROOM = 4096


def raise_limit() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < ROOM:
        resource.setrlimit(resource.RLIMIT_NOFILE, (ROOM, hard))


def serve(listener: socket.socket) -> None:
    poller = select.poll()
    poller.register(listener, select.POLLIN)
    clients = {}
    while True:
        for fd, _ in poller.poll():
            if fd == listener.fileno():
                client, (host, port) = listener.accept()
                clients[client.fileno()] = client, f"{host}:{port}"
                poller.register(client, select.POLLIN)
                print("Got connection from", f"{host}:{port}")
                continue
            sock, name = clients[fd]
            data = receive(sock)
            if data:
                print(name, data)
            else:
                poller.unregister(fd)
                clients.pop(fd)
                sock.close()
                print(name, "disconnected")


def receive(sock: socket.socket) -> bytes:
    try:
        return sock.recv(4096)
    except OSError:
        return b""


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
