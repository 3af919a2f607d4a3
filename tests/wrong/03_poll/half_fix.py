# fails 03.1 idle busy-loop
"""Believed that telling the listener apart was all there was to repair.

poll() still returns at once, for ever: every client has room to be written to,
and register() without a mask asks to be woken for that.
"""

import argparse
import select
import socket


def serve(listener: socket.socket) -> None:
    fdmap = {listener.fileno(): listener}
    poller = select.poll()
    poller.register(listener)
    while True:
        for fd, event in poller.poll():
            if fd == listener.fileno():
                client, (host, port) = listener.accept()
                print("Got connection from", f"{host}:{port}")
                poller.register(client)
                fdmap[client.fileno()] = client
            elif event & select.POLLIN:
                try:
                    host, port = fdmap[fd].getpeername()
                    data = fdmap[fd].recv(1024)
                except OSError:
                    data = b""
                if not data:
                    print(f"{host}:{port}", "disconnected")
                    poller.unregister(fd)
                    del fdmap[fd]
                else:
                    print(f"{host}:{port}", data)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    args = parser.parse_args()
    address = ("127.0.0.1", args.port)
    with socket.create_server(address, backlog=5) as listener:
        try:
            print(f"listening on 127.0.0.1:{listener.getsockname()[1]}")
            serve(listener)
        except KeyboardInterrupt:
            pass  # Ctrl-C is how this program ends


if __name__ == "__main__":
    main()
