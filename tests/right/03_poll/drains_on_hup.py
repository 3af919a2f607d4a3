# passes 03.2
"""Takes HUP for the end, and reads all that is left before it closes.

HUP means that nothing more will arrive, so reading to b"" then never waits.
"""

import argparse
import contextlib
import select
import socket

GREETING = b"Thank you for connecting ."


def serve(listener: socket.socket) -> None:
    poller = select.poll()
    poller.register(listener, select.POLLIN)
    guests: dict[int, list] = {}
    while True:
        for fd, event in poller.poll():
            if fd == listener.fileno():
                sock, (host, port) = listener.accept()
                guests[sock.fileno()] = [sock, f"{host}:{port}", 0]
                poller.register(sock, select.POLLIN)
                greet(sock)
            elif event & (select.POLLHUP | select.POLLERR):
                while receive(guests[fd]):
                    pass
                leave(poller, guests, fd)
            elif event & select.POLLIN:
                receive(guests[fd])


def greet(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.sendall(GREETING)
        sock.shutdown(socket.SHUT_WR)


def receive(guest: list) -> int:
    try:
        n = len(guest[0].recv(4096))
    except OSError:
        n = 0
    guest[2] += n
    return n


def leave(poller: select.poll, guests: dict[int, list], fd: int) -> None:
    sock, name, total = guests.pop(fd)
    poller.unregister(sock)
    sock.close()
    print(name, "total", total)


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
