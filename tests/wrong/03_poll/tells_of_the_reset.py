# fails 03.1 reset wrong-output
"""Believed: a reset is news, so it goes into the log like any other bytes.

The log then has words that the client never said; the farewell comes in the
round after, when recv returns b"".
"""

import argparse
import select
import socket


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
            if data := receive(sock):
                print(name, data)
            else:
                poller.unregister(fd)
                del clients[fd]
                sock.close()
                print(name, "disconnected")


def receive(sock: socket.socket) -> bytes:
    try:
        return sock.recv(4096)
    except OSError as error:
        return str(error).encode()


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
