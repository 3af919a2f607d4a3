# fails 02.4 past_1024 crashed
"""Believed: the limit is a number of sockets: 1,024 of them fit.

The terminal, the listener and others have numbers too. Before there are
1,024 clients, one of them has the number 1024.
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
        ready, _, _ = select.select([listener, *names], [], [])
        for sock in ready:
            if sock is listener:
                client, (host, port) = listener.accept()
                if len(names) >= FD_SETSIZE:
                    client.close()
                    continue
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
