# passes 02.0
"""As the lessons go on to do it: never asleep but in select."""

import argparse
import contextlib
import select
import socket

GREETING = b"hello\n"


def serve(listener: socket.socket) -> None:
    listener.setblocking(False)
    while True:
        select.select([listener], [], [])
        with contextlib.suppress(OSError), listener.accept()[0] as one:
            one.sendall(GREETING)  # or it has gone already


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
