# fails 03.1 one_client busy-loop
"""Believed that a client which leaves is announced by POLLHUP.

HUP comes when both directions are shut, and ours is open: the client's EOF
comes as IN, in every round, and recv answers b"" each time.
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
                poller.register(client, select.POLLIN | select.POLLHUP)
            elif event & (select.POLLHUP | select.POLLERR):
                client, name = clients.pop(fd)
                poller.unregister(fd)
                client.close()
                print(name, "disconnected")
            else:
                client, name = clients[fd]
                data = client.recv(1024)
                if data:
                    print(name, data)


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
