# passes 02.3
"""One ordered dictionary: whoever speaks moves to the end of the queue.

The limit is the same for all, so the order of speaking is the order of the
deadlines: only the front of the queue can be due.
"""

import argparse
import select
import socket
import time
from collections import OrderedDict


def welcome(listener: socket.socket, names: dict) -> socket.socket:
    client, (host, port) = listener.accept()
    names[client] = f"{host}:{port}"
    print("Got connection from", names[client])
    return client


def hear(client: socket.socket, names: dict) -> bool:
    try:
        data = client.recv(4096)
    except OSError:
        return False
    if data:
        print(names[client], data)
    return bool(data)


def farewell(client: socket.socket, names: dict, times: dict) -> None:
    print(names.pop(client), "disconnected")
    del times[client]
    client.close()


def serve(listener: socket.socket, limit: float) -> None:
    names, queue = {}, OrderedDict()  # socket -> when it was last heard
    while True:
        now = time.monotonic()
        while queue and now - next(iter(queue.values())) >= limit:
            farewell(next(iter(queue)), names, queue)
        left = None
        if queue:
            left = limit - (now - next(iter(queue.values())))
        for sock in select.select([listener, *names], [], [], left)[0]:
            if sock is listener:
                sock = welcome(listener, names)
            elif not hear(sock, names):
                farewell(sock, names, queue)
                continue
            queue[sock] = time.monotonic()
            queue.move_to_end(sock)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--idle", type=float, default=3.0)
    args = parser.parse_args()
    address = ("127.0.0.1", args.port)
    with socket.create_server(address, backlog=128) as listener:
        try:
            print(f"listening on 127.0.0.1:{listener.getsockname()[1]}")
            serve(listener, args.idle)
        except KeyboardInterrupt:
            pass  # Ctrl-C is how this program ends


if __name__ == "__main__":
    main()
