# passes 02.2
"""Looks for an error with SO_ERROR first, reads later, buries at the end."""

import argparse
import contextlib
import select
import socket


def ended(sock: socket.socket) -> bool:
    """Whether the kernel has noted an error; asking clears it."""
    return sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != 0


def bury(gone: list, names: dict) -> None:
    for sock in gone:
        print(names.pop(sock), "disconnected", flush=True)
        sock.close()


def serve(listener: socket.socket) -> None:
    listener.setblocking(False)
    names = {}
    while True:
        ready, _, _ = select.select([*names, listener], [], [])
        gone = []
        for sock in ready:
            if sock is listener:
                continue
            data = b""
            if not ended(sock):
                with contextlib.suppress(OSError):
                    data = sock.recv(4096)
            if data:
                print(names[sock], data, flush=True)
            else:
                gone.append(sock)
        bury(gone, names)
        with contextlib.suppress(BlockingIOError, ConnectionError):
            client, (host, port) = listener.accept()
            client.settimeout(1)  # never needed: recv follows select
            names[client] = f"{host}:{port}"
            print("Got connection from", names[client], flush=True)


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
