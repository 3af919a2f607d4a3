# fails 02.2 vanish crashed
"""Believed: one who has left may have company, so look for all leavers now.

It forgets and closes them all at the first farewell, but the list of this
round still holds them: their turn comes, and recv meets a closed socket.
"""

import argparse
import select
import socket


def receive(sock: socket.socket, flags: int = 0) -> bytes | None:
    """Bytes; b"" if the client is gone; None if it has nothing to say."""
    try:
        return sock.recv(1024, flags)
    except BlockingIOError:
        return None
    except OSError:
        return b""


def serve(listener: socket.socket) -> None:
    names = {}
    peek = socket.MSG_PEEK | socket.MSG_DONTWAIT
    while True:
        ready, _, _ = select.select([listener, *names], [], [])
        for sock in ready:
            if sock is listener:
                client, (host, port) = listener.accept()
                names[client] = f"{host}:{port}"
                print("Got connection from", names[client])
            elif data := receive(sock):
                print(names[sock], data)
            else:
                print(names.pop(sock), "disconnected")
                sock.close()
                for other in [s for s in names if receive(s, peek) == b""]:
                    del names[other]
                    other.close()


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
