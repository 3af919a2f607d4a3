# passes 02.1
"""Non-blocking everywhere, errors caught, a tick twice a second, all flushed.

More than is asked for: accepts until nobody is left, reads until the kernel
has no more, wakes up now and then although nothing happened.
"""

import argparse
import contextlib
import select
import socket

TICK = 0.5  # seconds


def log(*words: object) -> None:
    print(*words, flush=True)


def accept_all(listener: socket.socket, names: dict) -> None:
    with contextlib.suppress(BlockingIOError, ConnectionAbortedError):
        while True:
            client, (host, port) = listener.accept()
            client.setblocking(False)
            names[client] = f"{host}:{port}"
            log("Got connection from", names[client])


def drain(sock: socket.socket) -> tuple[bytes, bool]:
    """All that is there, and whether the client is gone."""
    chunks = []
    try:
        while data := sock.recv(4096):
            chunks.append(data)
        return b"".join(chunks), True
    except BlockingIOError:
        return b"".join(chunks), False
    except OSError:
        return b"".join(chunks), True


def serve(listener: socket.socket) -> None:
    listener.setblocking(False)
    names = {}
    while True:
        inputs = [listener, *names]
        ready, _, errors = select.select(inputs, [], inputs, TICK)
        if listener in ready:
            accept_all(listener, names)
        for sock in [s for s in {*ready, *errors} if s is not listener]:
            data, gone = drain(sock)
            if data:
                log(names[sock], data)
            if gone:
                log(names.pop(sock), "disconnected")
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
