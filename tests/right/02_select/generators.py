# passes 02.1
"""Generators: each client a coroutine that is fed when lit, one byte a time."""

import argparse
import select
import socket
import sys


def talk(sock, name):
    with sock:
        print(f"Got connection from {name}", flush=True)
        while True:
            yield sock
            byte = sock.recv(1)
            if not byte:
                break
            sys.stdout.write(f"{name} {byte!r}\n")
        print(name, "disconnected", flush=True)


def door(listener, tasks):
    while True:
        yield listener
        sock, (h, p) = listener.accept()
        t = talk(sock, f"{h}:{p}")
        tasks[next(t)] = t


def serve(listener):
    tasks = {}
    d = door(listener, tasks)
    tasks[next(d)] = d
    while True:
        for s in select.select(tasks, [], [])[0]:
            try:
                next(tasks[s])
            except StopIteration:
                del tasks[s]


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
