# fails 02.2 goodbye not-closed
"""Believed: taken out of the list, a socket is gone.

A second dictionary still refers to it, so it is never closed: the kernel
keeps the connection, and a client that waits for our EOF waits for ever.
"""

import argparse
import select
import socket


def receive(sock: socket.socket) -> bytes:
    try:
        return sock.recv(1024)
    except OSError:
        return b""


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
            data = receive(sock)
            if data:
                print(names[sock], data)
            else:
                print(names[sock], "disconnected")
                inputs.remove(sock)


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
