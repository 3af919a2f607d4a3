"""Believed: a guest can be asked for its name at any time, even at the end.

The select server of the article, in Python 3. One thread, one select, and
everybody is heard: as long as all guests are polite.

python rude_guests.py --port 0    prints a line for every event; Ctrl-C ends it
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
                disconnected = not data
            except OSError:
                disconnected = True
            if disconnected:
                print(name_of(sock), "disconnected")
                inputs.remove(sock)
            else:
                print(name_of(sock), data)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    args = parser.parse_args()
    listener = socket.socket()
    listener.bind(("127.0.0.1", args.port))
    listener.listen(5)
    try:
        print(f"listening on 127.0.0.1:{listener.getsockname()[1]}")
        serve(listener)
    except KeyboardInterrupt:
        pass  # Ctrl-C is how this program ends


if __name__ == "__main__":
    main()
