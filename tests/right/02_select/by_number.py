# passes 02.1
"""Plain integers in the list: select waits for fd numbers, not for objects."""

import argparse
import os
import select
import socket


def serve(listener: socket.socket) -> None:
    door = listener.fileno()
    clients = {}
    inputs = [door]
    while True:
        for fd in select.select(inputs, [], [])[0]:
            if fd == door:
                sock, address = listener.accept()
                clients[sock.fileno()] = sock, "{}:{}".format(*address)
                inputs.append(sock.fileno())
                print("Got connection from", clients[sock.fileno()][1])
                continue
            sock, name = clients[fd]
            data = os.read(fd, 100)
            if data:
                print(f"{name} {data!r}")
                continue
            print(f"{name} disconnected")
            inputs.remove(fd)  # before close: the number is free after it
            del clients[fd]
            sock.close()


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
