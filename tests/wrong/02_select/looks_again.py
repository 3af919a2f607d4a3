# fails 02.2 idle busy-loop
"""Believed: after a reset the loop should not rest until all is tidy.

Once a guest has been rude, select is only asked and no longer waited for.
"""

import argparse
import select
import socket


def serve(listener: socket.socket) -> None:
    names, wait = {}, None
    while True:
        for sock in select.select([listener, *names], [], [], wait)[0]:
            if sock is listener:
                client, (host, port) = listener.accept()
                names[client] = f"{host}:{port}"
                print("Got connection from", names[client])
                continue
            try:
                data = sock.recv(4096)
            except OSError:
                data, wait = b"", 0
            if data:
                print(names[sock], data)
            else:
                print(names.pop(sock), "disconnected")
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
