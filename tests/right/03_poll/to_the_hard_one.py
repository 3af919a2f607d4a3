# passes 03.3
"""Raises the soft limit all the way, and reads until there is nothing more."""

import argparse
import resource
import select
import socket


def raise_limit() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Room:
    def __init__(self, door: socket.socket) -> None:
        self.door = door
        self.poller = select.poll()
        self.here: dict[int, tuple[socket.socket, str]] = {}
        door.setblocking(False)
        self.poller.register(door, select.POLLIN)

    def let_in(self) -> None:
        """Everybody who waits, not only the first."""
        while True:
            try:
                sock, (host, port) = self.door.accept()
            except BlockingIOError:
                return
            sock.setblocking(False)
            self.here[sock.fileno()] = sock, f"{host}:{port}"
            self.poller.register(sock, select.POLLIN)
            print(f"Got connection from {host}:{port}")

    def listen_to(self, fd: int) -> None:
        sock, name = self.here[fd]
        try:
            while data := sock.recv(4096):
                print(name, data)
        except BlockingIOError:
            return
        except OSError:
            pass
        self.poller.unregister(fd)
        sock.close()
        del self.here[fd]
        print(name, "disconnected")


def serve(listener: socket.socket) -> None:
    room = Room(listener)
    while True:
        for fd, _ in room.poller.poll():
            if fd in room.here:
                room.listen_to(fd)
            else:
                room.let_in()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    args = parser.parse_args()
    raise_limit()
    address = ("127.0.0.1", args.port)
    with socket.create_server(address, backlog=512) as listener:
        try:
            print(f"listening on 127.0.0.1:{listener.getsockname()[1]}")
            serve(listener)
        except KeyboardInterrupt:
            pass  # Ctrl-C is how this program ends


if __name__ == "__main__":
    main()
