# fails 03.2 descriptors fd-leak
"""Believed: our side is shut and the client has ended, so nothing is open.

A connection that is over keeps its descriptor until close(). Python closes
each guest when the next one takes its name; the last one stays.
"""

import argparse
import select
import socket

GREETING = b"Thank you for connecting ."


class Guest:

    def __init__(self, sock: socket.socket, name: str) -> None:
        self.sock = sock
        self.name = name
        self.total = 0


def serve(listener: socket.socket) -> None:
    poller = select.poll()
    poller.register(listener, select.POLLIN)
    guests = {}
    while True:
        for fd, _ in poller.poll():
            if fd == listener.fileno():
                sock, (host, port) = listener.accept()
                guests[sock.fileno()] = Guest(sock, f"{host}:{port}")
                poller.register(sock, select.POLLIN)
                greet(sock)
            elif not read(guests[fd]):
                guest = guests.pop(fd)
                poller.unregister(fd)
                print(guest.name, "total", guest.total)


def greet(sock: socket.socket) -> None:
    try:
        sock.sendall(GREETING)
        sock.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def read(guest: Guest) -> bool:
    try:
        data = guest.sock.recv(65536)
    except OSError:
        return False
    guest.total += len(data)
    return bool(data)


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
