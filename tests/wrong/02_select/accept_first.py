# fails 02.1 one_client blocked-in-accept
"""Believed: every round begins with accept(); if nobody comes, it returns.

It does not return: the second round waits for a second client.
"""

import argparse
import select
import socket


def serve(listener: socket.socket) -> None:
    names = {}
    while True:
        client, (host, port) = listener.accept()
        names[client] = f"{host}:{port}"
        print("Got connection from", names[client])
        ready, _, _ = select.select(list(names), [], [])
        for sock in ready:
            data = sock.recv(4096)
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
