# fails 03.1 idle busy-loop
"""Believed that close() also takes a socket out of the poll object.

poll keeps the number: it is reported as NVAL in every round, until a new
client happens to get the same number.
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
            elif fd in clients:
                client, name = clients[fd]
                try:
                    data = client.recv(1024)
                except OSError:
                    data = b""
                if data:
                    print(name, data)
                else:
                    print(name, "disconnected")
                    client.close()
                    del clients[fd]


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
