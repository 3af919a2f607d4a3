"""03.2 Say farewell first, then listen to the end.

python farewell.py --port 0    counts what every guest sends; Ctrl-C ends it
"""

import argparse
import select
import socket

GREETING = b"Thank you for connecting ."


class Guest:
    """A connected client: its socket, its name, the bytes received so far."""

    def __init__(self, sock: socket.socket, name: str) -> None:
        self.sock = sock
        self.name = name  # kept, since a reset socket has forgotten its peer
        self.total = 0


def serve(listener: socket.socket) -> None:
    """Greet every client at once, then count what it sends until it has ended.

    Each new client is greeted with `greet()` as soon as it is accepted. Then
    everything it sends is read and counted, whoever else is slow or silent.
    When it has ended (`read()` says so), prints `HOST:PORT total N` with the
    number of bytes received, forgets the client and closes its socket. A
    client that resets gets that line too, with the total so far.
    """
    poller = select.poll()
    poller.register(listener, select.POLLIN)
    guests = {}  # fd -> Guest
    while True:
        for fd, _ in poller.poll():
            if fd == listener.fileno():
                sock, (host, port) = listener.accept()
                guests[sock.fileno()] = Guest(sock, f"{host}:{port}")
                poller.register(sock, select.POLLIN)
                greet(sock)
            elif not read(guests[fd]):
                guest = guests.pop(fd)
                # poll knows numbers, not sockets: take the number back
                # before close() makes it free for the next client.
                poller.unregister(fd)
                guest.sock.close()
                print(guest.name, "total", guest.total)


def greet(sock: socket.socket) -> None:
    """Send GREETING, then shut down our writing: the client reads EOF after it.

    A client that is already gone (any OSError) is no reason to stop: what it
    sent, and its end, will still be found by `read()`.
    """
    try:
        sock.sendall(GREETING)  # 26 bytes: a fresh socket has room for them
        sock.shutdown(socket.SHUT_WR)
    except OSError:
        # EPIPE or ECONNRESET from sendall; ENOTCONN from shutdown, when the
        # answer to our bytes was a reset.
        pass


def read(guest: Guest) -> bool:
    """Receive once and add to guest.total. False when nothing more will come.

    Called only when poll has named the guest, so recv does not wait. Nothing
    more comes after b"" (the client has ended) or an OSError (a reset).
    """
    try:
        data = guest.sock.recv(65536)
    except OSError:
        return False
    guest.total += len(data)
    return bool(data)


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
