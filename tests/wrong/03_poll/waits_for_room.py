# fails 03.3 many busy-loop
"""Believed that a client which cannot be accepted can wait for a better moment.

It does wait, and poll reports the listener all the while: the loop spins, and
nobody raises the limit.
"""

import argparse
import select
import socket


def raise_limit() -> None:
    pass


def serve(listener: socket.socket) -> None:
    poller = select.poll()
    poller.register(listener, select.POLLIN)
    clients = {}
    while True:
        for fd, _ in poller.poll():
            if fd == listener.fileno():
                try:
                    client, (host, port) = listener.accept()
                except OSError:
                    continue
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
                del clients[fd]
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
