# fails 03.3 many crashed
"""Believed that the wall was the limit of open files.

The limit is raised, and select still has no room for the number 1,024.
"""

import argparse
import resource
import select
import socket

ROOM = 4096


def raise_limit() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    room = ROOM if hard == resource.RLIM_INFINITY else min(ROOM, hard)
    if soft != resource.RLIM_INFINITY and soft < room:
        resource.setrlimit(resource.RLIMIT_NOFILE, (room, hard))


def serve(listener: socket.socket) -> None:
    clients = {}
    while True:
        for sock in select.select([listener, *clients], [], [])[0]:
            if sock is listener:
                client, (host, port) = listener.accept()
                clients[client] = f"{host}:{port}"
                print("Got connection from", clients[client])
                continue
            data = receive(sock)
            if data:
                print(clients[sock], data)
            else:
                print(clients.pop(sock), "disconnected")
                sock.close()


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
