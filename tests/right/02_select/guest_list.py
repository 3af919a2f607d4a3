# passes 02.2
"""A Guest object that owns its socket; a with-block sees to the close."""

import argparse
import select
import socket


class Guest:
    def __init__(self, sock: socket.socket, addr: tuple[str, int]) -> None:
        self.sock, self.name = sock, f"{addr[0]}:{addr[1]}"
        self.here = True
        print("Got connection from", self.name)

    def fileno(self) -> int:
        return self.sock.fileno()

    def visit(self) -> None:
        """Log a chunk, or the farewell; after that `here` is False."""
        try:
            data = self.sock.recv(4096)
        except ConnectionError:
            data = None
        if data:
            print(self.name, data)
            return
        with self.sock:
            self.here = False
            print(self.name, "disconnected")


def serve(listener: socket.socket) -> None:
    guests = []
    while True:
        ready, _, _ = select.select([listener, *guests], [], [])
        for one in ready:
            if one is listener:
                guests.append(Guest(*listener.accept()))
            else:
                one.visit()
        guests = [guest for guest in guests if guest.here]


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
