# fails 03.1 reset crashed
"""Believed that every connection ends with b"".

A reset one ends with ConnectionResetError, and one rude client takes the whole
server with it.
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
        for fd, event in poller.poll():
            if fd == listener.fileno():
                client, (host, port) = listener.accept()
                fdmap[client.fileno()] = client
                names[client.fileno()] = f"{host}:{port}"
                print("Got connection from", names[client.fileno()])
                poller.register(client, select.POLLIN)
            elif event & select.POLLIN:
                data = fdmap[fd].recv(1024)
                if data:
                    print(names[fd], data)
                else:
                    print(names.pop(fd), "disconnected")
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
