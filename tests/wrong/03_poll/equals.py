# fails 03.1 reset busy-loop
"""Believed that an event is one thing: IN, or HUP, or ERR.

It is a mask: a reset client comes as IN | ERR | HUP, which equals none of the
constants, so nobody reads it, logs it or lets it go, and poll never sleeps.
"""

import argparse
import select
import socket


def serve(listener: socket.socket) -> None:
    clients = {}
    poller = select.poll()
    poller.register(listener, select.POLLIN)
    while True:
        for fd, event in poller.poll():
            if fd == listener.fileno():
                client, (host, port) = listener.accept()
                clients[client.fileno()] = client, f"{host}:{port}"
                print("Got connection from", f"{host}:{port}")
                poller.register(client, select.POLLIN)
            elif event == select.POLLIN:
                client, name = clients[fd]
                data = client.recv(1024)
                if data:
                    print(name, data)
                else:
                    goodbye(poller, clients, fd)
            elif event in (select.POLLHUP, select.POLLERR):
                goodbye(poller, clients, fd)


def goodbye(poller, clients: dict, fd: int) -> None:
    client, name = clients.pop(fd)
    poller.unregister(fd)
    client.close()
    print(name, "disconnected")


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
