"""Echo on select.epoll and nothing else: the floor for every loop in Python.

python raw_epoll.py --port 0
"""

import argparse
import select
import socket

IN, OUT = select.EPOLLIN, select.EPOLLOUT


class Server:
    """Sockets by descriptor; `owed` holds what the kernel did not take."""

    def __init__(self, listener: socket.socket) -> None:
        self.listener = listener
        self.epoll = select.epoll()
        self.epoll.register(listener, IN)
        self.clients: dict[int, socket.socket] = {}
        self.owed: dict[int, bytearray] = {}

    def serve(self) -> None:
        poll, clients = self.epoll.poll, self.clients
        while True:
            for fd, event in poll():
                client = clients.get(fd)
                if client is None:
                    self.accept()
                elif event & OUT:
                    self.send_owed(fd, client)
                else:
                    self.echo(fd, client)

    def accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except BlockingIOError:
                return
            client.setblocking(False)
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.clients[client.fileno()] = client
            self.epoll.register(client, IN)

    def echo(self, fd: int, client: socket.socket) -> None:
        try:
            data = client.recv(65536)
            if not data:
                return self.drop(fd)
            sent = client.send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            return self.drop(fd)
        if sent < len(data):  # reads on only when all of it is gone
            self.owed[fd] = bytearray(data[sent:])
            self.epoll.modify(fd, OUT)

    def send_owed(self, fd: int, client: socket.socket) -> None:
        owed = self.owed[fd]
        try:
            del owed[: client.send(owed)]
        except BlockingIOError:
            return
        except OSError:
            return self.drop(fd)
        if not owed:
            del self.owed[fd]
            self.epoll.modify(fd, IN)

    def drop(self, fd: int) -> None:
        self.owed.pop(fd, None)
        self.clients.pop(fd).close()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    args = parser.parse_args()
    address = ("127.0.0.1", args.port)
    with socket.create_server(address, backlog=4096) as listener:
        listener.setblocking(False)
        try:
            print(f"listening on 127.0.0.1:{listener.getsockname()[1]}", flush=True)
            Server(listener).serve()
        except KeyboardInterrupt:
            pass  # Ctrl-C is how this program ends


if __name__ == "__main__":
    main()
