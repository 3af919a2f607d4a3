# passes 02.1
"""An object for every client, with a fileno: select takes any such object."""

import argparse
import select
import socket


class Guest:
    def __init__(self, sock: socket.socket, address: tuple[str, int]) -> None:
        self.sock = sock
        self.name = "%s:%d" % address  # noqa: UP031
        print("Got connection from", self.name)

    def fileno(self) -> int:
        return self.sock.fileno()

    def hear(self) -> bool:
        """Log a chunk; False when the guest has left."""
        if data := self.sock.recv(65536):
            print(self.name, data)
            return True
        print(self.name, "disconnected")
        self.sock.close()
        return False


class Door:
    def __init__(self, listener: socket.socket) -> None:
        self.listener = listener
        self.guests: set[Guest] = set()

    def fileno(self) -> int:
        return self.listener.fileno()

    def round(self) -> None:
        ready, _, _ = select.select([self, *self.guests], [], [])
        for one in ready:
            if one is self:
                self.guests.add(Guest(*self.listener.accept()))
            elif not one.hear():
                self.guests.remove(one)


def serve(listener: socket.socket) -> None:
    door = Door(listener)
    while True:
        door.round()


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
