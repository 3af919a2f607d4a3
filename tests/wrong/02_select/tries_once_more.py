# fails 02.4 quit ignores-sigint
"""Believed: an exception at the wall means that one client more did not fit.

So does Ctrl-C, to a bare except: the program tries once more, for ever.
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
        try:
            ready, _, _ = select.select([listener, *names], [], [])
        except:  # noqa: E722
            names.popitem()[0].close()
            continue
        for sock in ready:
            if sock is listener:
                client, (host, port) = listener.accept()
                if client.fileno() >= FD_SETSIZE:
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
