# fails 02.1 interleaved stuck
"""Believed: after a farewell the list is made anew, so it may be emptied.

The others are still connected but nobody asks about them any more.
"""

import argparse
import select
import socket


def serve(listener: socket.socket) -> None:
    inputs, names = [listener], {}
    while True:
        ready, _, _ = select.select(inputs, [], [])
        for sock in ready:
            if sock is listener:
                client, (host, port) = listener.accept()
                inputs.append(client)
                names[client] = f"{host}:{port}"
                print("Got connection from", names[client])
                continue
            data = sock.recv(4096)
            if data:
                print(names[sock], data)
            else:
                print(names[sock], "disconnected")
                sock.close()
                inputs = [listener]


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
