# fails 02.4 past_1024 busy-loop
"""Believed: an error that is caught is an error that is over.

The socket that does not fit is still in the list: every round raises the
same ValueError, and nobody is served any more.
"""

import argparse
import select
import socket


def receive(sock: socket.socket) -> bytes:
    try:
        return sock.recv(4096)
    except OSError:
        return b""


def serve(listener: socket.socket) -> None:
    names = {}
    while True:
        try:
            ready, _, _ = select.select([listener, *names], [], [])
        except ValueError:
            continue
        for sock in ready:
            if sock is listener:
                client, (host, port) = listener.accept()
                names[client] = f"{host}:{port}"
                print("Got connection from", names[client])
            elif data := receive(sock):
                print(names[sock], data)
            else:
                print(names.pop(sock), "disconnected")
                sock.close()


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
