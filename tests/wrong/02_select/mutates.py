# fails 02.2 still_logs crashed
"""Believed: whoever is gone can be deleted while the guests are gone through.

A dictionary that changes size stops the loop that walks over it.
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
        ready, _, _ = select.select([listener, *names], [], [])
        for sock in names:
            if sock not in ready:
                continue
            data = receive(sock)
            if data:
                print(names[sock], data)
                continue
            print(names[sock], "disconnected")
            sock.close()
            del names[sock]
        if listener in ready:
            client, (host, port) = listener.accept()
            names[client] = f"{host}:{port}"
            print("Got connection from", names[client])


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
