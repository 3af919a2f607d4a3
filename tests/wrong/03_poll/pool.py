# fails 03.1 one_thread extra-threads
"""Believed that one thread cannot look after several clients.

poll waits for the listener only, and a pool of threads waits for the clients:
it works, and pays one thread for each of them.
"""

import argparse
import select
import socket
from concurrent.futures import ThreadPoolExecutor


def serve(listener: socket.socket) -> None:
    poller = select.poll()
    poller.register(listener, select.POLLIN)
    with ThreadPoolExecutor(max_workers=50) as pool:
        while True:
            poller.poll()
            pool.submit(log, *listener.accept())


def log(client: socket.socket, address: tuple[str, int]) -> None:
    name = f"{address[0]}:{address[1]}"
    print("Got connection from", name)
    with client:
        try:
            while data := client.recv(1024):
                print(name, data)
        except OSError:
            pass
    print(name, "disconnected")


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
