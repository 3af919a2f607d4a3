"""02.4 The logger at the wall: select has no place for fd 1024 and above.

python wall.py --port 0    prints a line for every event; Ctrl-C ends it
"""

import argparse
import select
import socket

FD_SETSIZE = 1024  # select's mask has one bit for each of fd 0 to 1023


def receive(sock: socket.socket) -> bytes:
    """What the client sent; b"" if it is gone, politely or by a reset."""
    try:
        return sock.recv(4096)
    except OSError:
        return b""


def serve(listener: socket.socket) -> None:
    """Log like 02.1, and survive more clients than select can take.

    A client whose fd does not fit is accepted and closed at once, without a
    line: it learns by an EOF that there is no room. Clients that fit stay.
    When some have left, their low numbers are free again for new clients.
    """
    names = {}  # client socket -> "HOST:PORT"; every fd is below FD_SETSIZE
    while True:
        ready, _, _ = select.select([listener, *names], [], [])
        for sock in ready:
            if sock is listener:
                client, (host, port) = listener.accept()
                # Left in the backlog it would keep the listener readable.
                if client.fileno() >= FD_SETSIZE:
                    client.close()
                    continue
                names[client] = f"{host}:{port}"
                print("Got connection from", names[client])
            elif data := receive(sock):
                print(names[sock], data)
            else:
                print(names.pop(sock), "disconnected")
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
