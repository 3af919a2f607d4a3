# fails 03.1 interleaved crashed
"""Believed that `client` is the client that the event is about.

It is the one that was accepted last: when an earlier one leaves, the newcomer
is unregistered and closed in its place.
"""

import argparse
import select
import socket


def serve(listener: socket.socket) -> None:
    fdmap = {listener.fileno(): listener}
    names = {}
    poller = select.poll()
    poller.register(listener, select.POLLIN)
    while True:
        for fd, _ in poller.poll():
            if fd == listener.fileno():
                client, (host, port) = listener.accept()
                names[client] = f"{host}:{port}"
                print("Got connection from", names[client])
                poller.register(client, select.POLLIN)
                fdmap[client.fileno()] = client
                continue
            try:
                data = fdmap[fd].recv(1024)
            except OSError:
                data = b""
            if data:
                print(names[fdmap[fd]], data)
            else:
                print(names.pop(fdmap.pop(fd)), "disconnected")
                poller.unregister(client)
                client.close()


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
