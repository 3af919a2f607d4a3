# fails 02.1 imports forbidden-import
"""Believed: many clients at once need many threads.

Every client gets a thread that may sleep in recv as long as it likes.
"""

import argparse
import socket
import threading


def attend(client: socket.socket, name: str) -> None:
    while data := client.recv(4096):
        print(name, data)
    print(name, "disconnected")
    client.close()


def serve(listener: socket.socket) -> None:
    while True:
        client, (host, port) = listener.accept()
        name = f"{host}:{port}"
        print("Got connection from", name)
        job = threading.Thread(target=attend, args=(client, name), daemon=True)
        job.start()


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
