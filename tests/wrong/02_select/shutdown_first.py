# fails 02.2 reset crashed
"""Believed: a reset shows in recv alone, so that is where to catch it.

Then it says goodbye with shutdown, which has nobody left to say it to.
"""

import argparse
import select
import socket


def serve(listener: socket.socket) -> None:
    names = {}
    while True:
        ready, _, _ = select.select([listener, *names], [], [])
        for sock in ready:
            if sock is listener:
                client, (host, port) = listener.accept()
                names[client] = f"{host}:{port}"
                print("Got connection from", names[client])
                continue
            try:
                data = sock.recv(1024)
            except ConnectionResetError:
                data = b""
            if data:
                print(names[sock], data)
                continue
            print(names.pop(sock), "disconnected")
            sock.shutdown(socket.SHUT_RDWR)
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
