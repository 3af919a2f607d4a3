"""02.1 A logger: many clients, one thread, one select.

python logger.py --port 0    prints a line for every event; Ctrl-C ends it
"""

import argparse
import select
import socket


def serve(listener: socket.socket) -> None:
    """Log what every client sends, for ever, whoever speaks first.

    Prints `Got connection from HOST:PORT`, then `HOST:PORT b'...'` for every
    chunk of bytes, then `HOST:PORT disconnected`, and closes that socket.
    Sleeps in select and nowhere else; Ctrl-C passes through to main.
    """
    names = {}  # client socket -> "HOST:PORT"; its keys are who we wait for
    while True:
        ready, _, _ = select.select([listener, *names], [], [])
        for sock in ready:
            if sock is listener:
                client, (host, port) = listener.accept()
                names[client] = f"{host}:{port}"
                print("Got connection from", names[client])
                continue
            data = sock.recv(4096)
            if data:
                print(names[sock], data)
            else:
                # EOF is readable for ever: a socket we kept would spin.
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
