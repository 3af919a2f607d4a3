# passes 02.4
"""Asks forgiveness: a select of nobody but the newcomer tells if it fits."""

import argparse
import select
import socket


def receive(sock: socket.socket) -> bytes:
    try:
        return sock.recv(4096)
    except OSError:
        return b""


def fits(client: socket.socket) -> bool:
    try:
        select.select([client], [], [], 0)
    except ValueError:  # filedescriptor out of range in select()
        return False
    return True


def serve(listener: socket.socket) -> None:
    names = {}
    while True:
        for sock in select.select([listener, *names], [], [])[0]:
            if sock is listener:
                client, (host, port) = listener.accept()
                if fits(client):
                    names[client] = f"{host}:{port}"
                    print("Got connection from", names[client])
                else:
                    client.shutdown(socket.SHUT_RDWR)
                    client.close()
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
