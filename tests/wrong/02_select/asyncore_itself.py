# fails 02.1 imports forbidden-import
"""Believed: asyncore is not on the list."""

import argparse
import asyncore
import socket


class Talk(asyncore.dispatcher):
    def __init__(self, sock, name):
        super().__init__(sock)
        self.name = name

    def writable(self):
        return False

    def handle_read(self):
        if data := self.recv(4096):
            print(self.name, data)

    def handle_close(self):
        print(self.name, "disconnected")
        self.close()


class Door(asyncore.dispatcher):
    def writable(self):
        return False

    def handle_accepted(self, sock, addr):
        print("Got connection from {}:{}".format(*addr))
        Talk(sock, "{}:{}".format(*addr))


def serve(listener):
    door = Door(listener.dup())
    door.accepting = True
    asyncore.loop(30)


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
