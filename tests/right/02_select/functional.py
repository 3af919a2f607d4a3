# passes 02.2
"""Functional: a round is a function from a mapping to a mapping."""

import argparse
import select
import socket
from functools import reduce


def arrive(world, listener):
    sock, addr = listener.accept()
    print("Got connection from", "{}:{}".format(*addr))
    return {**world, sock: "{}:{}".format(*addr)}


def depart(world, sock):
    print(world[sock], "disconnected")
    sock.close()
    return {s: n for s, n in world.items() if s is not sock}


def step(world, sock, listener):
    if sock is listener:
        return arrive(world, listener)
    try:
        data = sock.recv(16)
    except ConnectionError:
        return depart(world, sock)
    if not data:
        return depart(world, sock)
    print(world[sock], data)
    return world


def serve(listener):
    world = {}
    while True:
        lit = select.select([*world, listener], [], [])[0]
        world = reduce(lambda w, s: step(w, s, listener), lit, world)


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
