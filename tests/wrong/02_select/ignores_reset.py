# fails 02.2 reset busy-loop
"""Believed: if the farewell fails, there was nothing to do.

After a reset getpeername raises, and the lines after it never run: the guest
stays in the list, readable for ever.
"""

import argparse
import select
import socket


def name_of(sock: socket.socket) -> str:
    host, port = sock.getpeername()
    return f"{host}:{port}"


def serve(listener: socket.socket) -> None:
    inputs = [listener]
    while True:
        ready, _, _ = select.select(inputs, [], [])
        for sock in ready:
            if sock is listener:
                client, (host, port) = listener.accept()
                print(f"Got connection from {host}:{port}")
                inputs.append(client)
                continue
            try:
                data = sock.recv(1024)
            except OSError:
                data = b""
            try:
                if data:
                    print(name_of(sock), data)
                    continue
                print(name_of(sock), "disconnected")
                inputs.remove(sock)
                sock.close()
            except OSError:
                pass


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
