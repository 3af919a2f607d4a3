# passes 03.1
"""Reads the mask lamp by lamp: data first, then trouble, then the end."""

import argparse
import select
import socket

ASK = select.POLLIN | select.POLLPRI
TROUBLE = select.POLLHUP | select.POLLERR | select.POLLNVAL


def serve(listener: socket.socket) -> None:
    listener.setblocking(False)
    poller = select.poll()
    poller.register(listener.fileno(), select.POLLIN)
    socks, names = {}, {}
    while True:
        for fd, event in poller.poll(None):
            if fd == listener.fileno():
                try:
                    sock, address = listener.accept()
                except OSError:
                    continue  # it left before it was let in
                sock.setblocking(False)
                fd = sock.fileno()
                socks[fd], names[fd] = sock, ":".join(map(str, address))
                poller.register(fd, ASK)
                print("Got connection from", names[fd])
                continue
            gone = False
            if event & ASK:
                gone = drain(socks[fd], names[fd])
            if gone or event & TROUBLE:
                poller.unregister(fd)
                socks.pop(fd).close()
                print(names.pop(fd), "disconnected")


def drain(sock: socket.socket, name: str) -> bool:
    """Read all there is; True if it ended."""
    while True:
        try:
            data = sock.recv(2048)
        except BlockingIOError:
            return False
        except OSError:
            return True
        if not data:
            return True
        print(name, data)


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
