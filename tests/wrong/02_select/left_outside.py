# fails 02.4 past_1024 not-closed
"""Believed: whoever does not fit in the list may stay outside it.

The surplus client is accepted and kept, and nobody will ever ask about it:
neither an answer nor an EOF tells it that there is no room.
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
    names = {}
    while True:
        fits = [s for s in names if s.fileno() < FD_SETSIZE]
        ready, _, _ = select.select([listener, *fits], [], [])
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
