# fails 02.2 vanish crashed
"""Believed: the places of the leavers, once noted, stay true.

It takes leavers out by index, first to last. The first one out moves up all
those behind it: when several leave in one round, the wrong ones are dropped.
"""

import argparse
import select
import socket


def receive(sock: socket.socket) -> bytes:
    try:
        return sock.recv(1024)
    except OSError:
        return b""


def serve(listener: socket.socket) -> None:
    inputs, names = [listener], {}
    while True:
        ready, _, _ = select.select(inputs, [], [])
        gone = []
        for place, sock in enumerate(inputs):
            if sock not in ready or sock is listener:
                continue
            data = receive(sock)
            if data:
                print(names[sock], data)
            else:
                gone.append(place)
        for place in gone:
            sock = inputs.pop(place)
            print(names.pop(sock), "disconnected")
            sock.close()
        if listener in ready:
            client, (host, port) = listener.accept()
            inputs.append(client)
            names[client] = f"{host}:{port}"
            print("Got connection from", names[client])


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
