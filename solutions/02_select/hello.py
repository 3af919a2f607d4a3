"""02.0 Meet the checks: a server that says hello and hangs up.

python hello.py --port 0    greets every client; Ctrl-C ends it

Nothing to write: it is right as it stands. Check it and see it pass:

    ./looplab check 02.0

Then break it: change the words of GREETING, check again and read what the
failure tells you. Put them back, and it passes again.
"""

import argparse
import socket

GREETING = b"hello\n"


def serve(listener: socket.socket) -> None:
    """Send GREETING to every client and close its connection; one by one."""
    while True:
        client, _ = listener.accept()
        client.sendall(GREETING)
        client.close()  # with this the client sees the end: EOF


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
