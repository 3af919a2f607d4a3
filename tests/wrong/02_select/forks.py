# fails 02.1 one_thread extra-processes
"""Believed: as no module for processes is imported, a fork is free.

Every client costs a whole process that sleeps in recv.
"""

import argparse
import os
import signal
import socket


def attend(client: socket.socket, name: str) -> None:
    while data := client.recv(4096):
        print(name, data, flush=True)
    print(name, "disconnected", flush=True)


def serve(listener: socket.socket) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # no zombies
    while True:
        client, (host, port) = listener.accept()
        name = f"{host}:{port}"
        print("Got connection from", name, flush=True)
        if os.fork() == 0:
            listener.close()
            attend(client, name)
            os._exit(0)
        client.close()


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
