# passes 03.1
"""One object a client, which knows how to read itself and how to leave."""

import argparse
import select
import socket


class Client:
    def __init__(self, sock: socket.socket, host: str, port: int) -> None:
        self.sock = sock
        self.name = f"{host}:{port}"
        print("Got connection from", self.name)

    def on_event(self) -> bool:
        """Read once; False when the client has gone."""
        try:
            data = self.sock.recv(4096)
        except OSError:
            return False
        if data:
            print(self.name, data)
        return bool(data)

    def leave(self) -> None:
        self.sock.close()
        print(self.name, "disconnected")


class Logger:
    def __init__(self, listener: socket.socket) -> None:
        self.listener = listener
        self.poller = select.poll()
        self.poller.register(listener, select.POLLIN)
        self.clients: dict[int, Client] = {}

    def admit(self) -> None:
        sock, address = self.listener.accept()
        self.poller.register(sock, select.POLLIN)
        self.clients[sock.fileno()] = Client(sock, *address)

    def dismiss(self, fd: int) -> None:
        self.poller.unregister(fd)
        self.clients.pop(fd).leave()

    def run(self) -> None:
        while True:
            for fd, _ in self.poller.poll():
                if fd == self.listener.fileno():
                    self.admit()
                elif not self.clients[fd].on_event():
                    self.dismiss(fd)


def serve(listener: socket.socket) -> None:
    Logger(listener).run()


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
