# fails 02.2 goodbye not-closed
"""Believed: Python closes a socket when the last name for it is gone.

It does: but the loop's own variables are such names, and they hold on to the
last guest until the next round. The EOF comes when somebody else moves.
"""

import argparse
import select
import socket


def serve(listener: socket.socket) -> None:
    names = {}
    while True:
        ready, _, _ = select.select([listener, *names], [], [])
        for sock in ready:
            if sock is listener:
                client, (host, port) = listener.accept()
                names[client] = f"{host}:{port}"
                print("Got connection from", names[client])
                continue
            try:
                data = sock.recv(1024)
            except OSError:
                data = b""
            if data:
                print(names[sock], data)
            else:
                print(names.pop(sock), "disconnected")


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
