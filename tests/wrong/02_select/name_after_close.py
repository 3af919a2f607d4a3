# fails 02.2 still_logs crashed
"""Believed: the system closes what nobody uses, and close() is the same call.

It closes first and asks for the name afterwards, of a socket that is gone.
"""

import argparse
import select
import socket


def farewell(sock: socket.socket, inputs: list) -> None:
    inputs.remove(sock)
    sock.close()
    host, port = sock.getpeername()
    print(f"{host}:{port} disconnected")


def serve(listener: socket.socket) -> None:
    inputs, names = [listener], {}
    while True:
        ready, _, _ = select.select(inputs, [], [])
        for sock in ready:
            if sock is listener:
                client, (host, port) = listener.accept()
                names[client] = f"{host}:{port}"
                print("Got connection from", names[client])
                inputs.append(client)
                continue
            try:
                data = sock.recv(1024)
            except OSError:
                data = b""
            if data:
                print(names[sock], data)
            else:
                farewell(sock, inputs)


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
