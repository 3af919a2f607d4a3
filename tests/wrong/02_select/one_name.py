# fails 02.1 two_clients wrong-output
"""Believed: the name that accept gave last is the name of who speaks.

Its lines hold the right bytes under the wrong name.
"""

import argparse
import select
import socket


def serve(listener: socket.socket) -> None:
    inputs = [listener]
    name = ""
    while True:
        ready, _, _ = select.select(inputs, [], [])
        for sock in ready:
            if sock is listener:
                client, (host, port) = listener.accept()
                inputs.append(client)
                name = f"{host}:{port}"
                print("Got connection from", name)
                continue
            data = sock.recv(4096)
            if data:
                print(name, data)
            else:
                print(name, "disconnected")
                inputs.remove(sock)
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
