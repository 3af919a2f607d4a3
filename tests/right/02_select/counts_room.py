# passes 02.4
"""Counts the room instead: a thousand guests, well below the wall.

A surplus one is closed as soon as it is accepted.
"""

import argparse
import select
import socket


def receive(sock: socket.socket) -> bytes:
    try:
        return sock.recv(4096)
    except OSError:
        return b""


class House:
    ROOM = 1000  # what else is open has a few numbers below 1024 as well

    def __init__(self, listener: socket.socket) -> None:
        self.listener = listener
        self.guests: dict[int, tuple[socket.socket, str]] = {}

    def enter(self) -> None:
        sock, (host, port) = self.listener.accept()
        if len(self.guests) == self.ROOM:
            return sock.close()
        self.guests[sock.fileno()] = sock, f"{host}:{port}"
        print(f"Got connection from {host}:{port}")

    def hear(self, fd: int) -> None:
        sock, name = self.guests[fd]
        if data := receive(sock):
            print(name, data)
            return
        print(name, "disconnected")
        del self.guests[fd]
        sock.close()


def serve(listener: socket.socket) -> None:
    house = House(listener)
    door = listener.fileno()
    while True:
        for fd in select.select([door, *house.guests], [], [])[0]:
            house.enter() if fd == door else house.hear(fd)


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
