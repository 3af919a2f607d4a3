"""02.2 The article's select server, repaired: it outlives rude guests.

python rude_guests.py --port 0    prints a line for every event; Ctrl-C ends it
"""

import argparse
import select
import socket


def receive(sock: socket.socket) -> bytes:
    """What the client sent; b"" if it is gone, politely or by a reset."""
    try:
        return sock.recv(1024)
    except OSError:
        return b""  # ECONNRESET: nothing more will come, as after an EOF


def serve(listener: socket.socket) -> None:
    """Log every client until it leaves, however it leaves."""
    names = {}  # client socket -> "HOST:PORT", kept from accept()
    while True:
        ready, _, _ = select.select([listener, *names], [], [])
        for sock in ready:
            if sock is listener:
                # Take the name now: after a reset there is no peer to ask.
                client, (host, port) = listener.accept()
                names[client] = f"{host}:{port}"
                print("Got connection from", names[client])
                continue
            data = receive(sock)
            if data:
                print(names[sock], data)
            else:
                print(names.pop(sock), "disconnected")
                # The kernel keeps the connection until close(); a client
                # that only shut down its writing is waiting for our EOF.
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
