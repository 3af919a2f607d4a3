"""03.1 The author's poll server, repaired.

python logger.py --port 0    prints a line for every event; Ctrl-C ends it
"""

import argparse
import select
import socket


def serve(listener: socket.socket) -> None:
    """Log what every client sends, for ever, whoever speaks first.

    Prints `Got connection from HOST:PORT`, then `HOST:PORT b'...'` for every
    chunk of bytes, then `HOST:PORT disconnected`, also after a reset.
    """
    poller = select.poll()
    poller.register(listener, select.POLLIN)  # ERR and HUP come unasked
    clients = {}  # fd -> (socket, "HOST:PORT"); poll answers in fds
    while True:
        for fd, _ in poller.poll():
            if fd == listener.fileno():
                client, (host, port) = listener.accept()
                clients[client.fileno()] = client, f"{host}:{port}"
                poller.register(client, select.POLLIN)
                print("Got connection from", f"{host}:{port}")
                continue
            sock, name = clients[fd]
            # IN, HUP and ERR have one answer: recv tells which it was.
            if data := receive(sock):
                print(name, data)
            else:
                poller.unregister(fd)  # poll keeps numbers, closed or not
                del clients[fd]
                sock.close()
                print(name, "disconnected")


def receive(sock: socket.socket) -> bytes:
    """What has come, or b"" when nothing more will: the peer ended or reset."""
    try:
        return sock.recv(4096)
    except OSError:  # ECONNRESET: the peer threw the connection away
        return b""


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
