# fails 02.4 one_client crashed
"""Believed: select takes the numbers 0 to 1023, so give it all of them.

A number that is no open file is an error: EBADF, at the first call.
"""

import argparse
import select
import socket

FD_SETSIZE = 1024


def receive(sock: socket.socket) -> bytes:
    try:
        return sock.recv(4096)
    except OSError:
        return b""


def serve(listener: socket.socket) -> None:
    clients, names = {}, {}
    while True:
        ready, _, _ = select.select(range(3, FD_SETSIZE), [], [])
        for fd in ready:
            if fd == listener.fileno():
                client, (host, port) = listener.accept()
                clients[client.fileno()] = client
                names[client.fileno()] = f"{host}:{port}"
                print("Got connection from", names[client.fileno()])
            elif data := receive(clients[fd]):
                print(names[fd], data)
            else:
                print(names.pop(fd), "disconnected")
                clients.pop(fd).close()


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
