# fails 02.2 quit ignores-sigint
"""Believed: whatever a rude guest does, the next round makes it good.

Ctrl-C while it waits is caught with all the rest, and the loop goes on.
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
    names = {}
    while True:
        try:
            ready, _, _ = select.select([listener, *names], [], [])
        except:  # noqa: E722
            continue
        for sock in ready:
            if sock is listener:
                client, (host, port) = listener.accept()
                names[client] = f"{host}:{port}"
                print("Got connection from", names[client])
                continue
            data = receive(sock)
            if data:
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
