# fails 03.1 two_clients wrong-output
"""Believed that the name of the last accept is the name of whoever speaks.

With one client it is. With two, every line bears the name of the newcomer.
"""

import argparse
import select
import socket


def serve(listener: socket.socket) -> None:
    fdmap = {listener.fileno(): listener}
    poller = select.poll()
    poller.register(listener, select.POLLIN)
    while True:
        for fd, _ in poller.poll():
            if fd == listener.fileno():
                client, (host, port) = listener.accept()
                name = f"{host}:{port}"
                print("Got connection from", name)
                poller.register(client, select.POLLIN)
                fdmap[client.fileno()] = client
                continue
            try:
                data = fdmap[fd].recv(1024)
            except OSError:
                data = b""
            if data:
                print(name, data)
            else:
                print(name, "disconnected")
                poller.unregister(fd)
                fdmap.pop(fd).close()


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
