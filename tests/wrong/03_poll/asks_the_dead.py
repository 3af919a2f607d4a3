# fails 03.1 reset crashed
"""Believed that a socket remembers its peer after the peer is gone.

recv's error is caught, but after a reset getpeername() raises ENOTCONN: the
name has to be written down while the client is there.
"""

import argparse
import select
import socket


def serve(listener: socket.socket) -> None:
    fdmap = {listener.fileno(): listener}
    poller = select.poll()
    poller.register(listener, select.POLLIN)
    while True:
        for fd, event in poller.poll():
            if fd == listener.fileno():
                client, (host, port) = listener.accept()
                print("Got connection from", f"{host}:{port}")
                poller.register(client, select.POLLIN)
                fdmap[client.fileno()] = client
            elif event & select.POLLIN:
                try:
                    data = fdmap[fd].recv(1024)
                except OSError:
                    data = b""
                host, port = fdmap[fd].getpeername()
                if data:
                    print(f"{host}:{port}", data)
                else:
                    print(f"{host}:{port}", "disconnected")
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
