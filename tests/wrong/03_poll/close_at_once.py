# fails 03.2 total short-total
"""Believed that close() is how a server says that it has nothing more to say.

close() ends both directions: what the client sends after it is answered with
a reset. shutdown(SHUT_WR) ends ours only.
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
                guests[sock.fileno()].sock.sendall(GREETING)
                poller.unregister(sock)
                guest = guests.pop(sock.fileno())
                sock.close()
                print(guest.name, "total", guest.total)
            elif not read(guests[fd]):
                guest = guests.pop(fd)
                poller.unregister(fd)
                guest.sock.close()
                print(guest.name, "total", guest.total)


def read(guest: Guest) -> bool:
    try:
        data = guest.sock.recv(4096)
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
