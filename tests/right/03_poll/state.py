# passes 03.2
"""Asks for OUT until the guest is greeted, then for IN until it has ended.

Non-blocking throughout; the poll object's own modify() turns the page.
"""

import argparse
import select
import socket

GREETING = b"Thank you for connecting ."


class Guest:
    def __init__(self, sock: socket.socket, name: str) -> None:
        self.sock, self.name, self.total = sock, name, 0
        self.owed = memoryview(GREETING)

    def on_event(self, event: int) -> int:
        """What to ask for next; 0 when this guest has ended."""
        try:
            return self.write() if self.owed else self.read()
        except BlockingIOError:
            return select.POLLOUT if self.owed else select.POLLIN
        except OSError:
            self.owed = self.owed[:0]
            return 0

    def write(self) -> int:
        self.owed = self.owed[self.sock.send(self.owed) :]
        if self.owed:
            return select.POLLOUT
        self.sock.shutdown(socket.SHUT_WR)
        return select.POLLIN

    def read(self) -> int:
        while data := self.sock.recv(16384):
            self.total += len(data)
        return 0


def serve(listener: socket.socket) -> None:
    poller = select.poll()
    poller.register(listener, select.POLLIN)
    guests: dict[int, Guest] = {}
    while True:
        for fd, event in poller.poll():
            if fd == listener.fileno():
                sock, (host, port) = listener.accept()
                sock.setblocking(False)
                guests[sock.fileno()] = Guest(sock, f"{host}:{port}")
                poller.register(sock, select.POLLOUT)
            elif ask := guests[fd].on_event(event):
                poller.modify(fd, ask)
            else:
                poller.unregister(fd)
                guest = guests.pop(fd)
                guest.sock.close()
                print(f"{guest.name} total {guest.total}")


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
