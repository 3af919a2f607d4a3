# fails 03.1 quit traceback-on-quit
"""Believed that Ctrl-C ends a program anyway, so nothing need catch it.

It does, with a traceback and a status that says "failed".
"""

import argparse
import select
import socket


def serve(listener: socket.socket) -> None:
    clients = {}
    poller = select.poll()
    poller.register(listener, select.POLLIN)
    while True:
        for fd, _ in poller.poll():
            if fd == listener.fileno():
                client, (host, port) = listener.accept()
                clients[client.fileno()] = client, f"{host}:{port}"
                print("Got connection from", f"{host}:{port}")
                poller.register(client, select.POLLIN)
                continue
            client, name = clients[fd]
            try:
                data = client.recv(1024)
            except OSError:
                data = b""
            if data:
                print(name, data)
            else:
                print(name, "disconnected")
                poller.unregister(fd)
                client.close()
                del clients[fd]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    args = parser.parse_args()
    address = ("127.0.0.1", args.port)
    with socket.create_server(address, backlog=128) as listener:
        print(f"listening on 127.0.0.1:{listener.getsockname()[1]}")
        serve(listener)


if __name__ == "__main__":
    main()
