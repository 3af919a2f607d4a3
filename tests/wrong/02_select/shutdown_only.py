# fails 02.2 descriptors fd-leak
"""Believed: shutdown is the thorough way to close.

It sends the EOF and ends the connection; the descriptor stays open until
close(), and the sockets are kept for the statistics.
"""

import argparse
import contextlib
import select
import socket


def farewell(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):  # after a reset it is shut already
        sock.shutdown(socket.SHUT_RDWR)


def serve(listener: socket.socket) -> None:
    inputs, names = [listener], {}
    while True:
        ready, _, _ = select.select(inputs, [], [])
        for sock in ready:
            if sock is listener:
                client, (host, port) = listener.accept()
                names[client] = f"{host}:{port}"
                print("Got connection from", names[client])
                inputs.append(client)
                continue
            try:
                data = sock.recv(1024)
            except OSError:
                data = b""
            if data:
                print(names[sock], data)
            else:
                print(names[sock], "disconnected")
                inputs.remove(sock)
                farewell(sock)


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
