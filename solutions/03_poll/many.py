"""03.3 Past the wall: a logger for 1,500 clients at once.

python many.py --port 0    prints a line for every event; Ctrl-C ends it
"""

import argparse
import resource
import select
import socket

ROOM = 4096  # open files we want to be allowed


def raise_limit() -> None:
    """Raise this process's soft limit of open files (RLIMIT_NOFILE) to ROOM.

    The hard limit is left as it is: where it is lower than ROOM, the soft
    limit becomes the hard one. A soft limit that is high enough is left alone.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # "No limit" is a special value, -1: it cannot be compared, only named.
    room = ROOM if hard == resource.RLIM_INFINITY else min(ROOM, hard)
    if soft != resource.RLIM_INFINITY and soft < room:
        resource.setrlimit(resource.RLIMIT_NOFILE, (room, hard))


def serve(listener: socket.socket) -> None:
    """Log what every client sends, for ever, however many there are.

    Prints `Got connection from HOST:PORT`, then `HOST:PORT b'...'` for every
    chunk of bytes, then `HOST:PORT disconnected`, also after a reset.
    """
    poller = select.poll()  # takes any fd number: its list has no fixed size
    poller.register(listener, select.POLLIN)
    clients = {}  # fd -> (socket, "HOST:PORT")
    while True:
        for fd, _ in poller.poll():
            if fd == listener.fileno():
                client, (host, port) = listener.accept()
                clients[client.fileno()] = client, f"{host}:{port}"
                poller.register(client, select.POLLIN)
                print("Got connection from", f"{host}:{port}")
                continue
            sock, name = clients[fd]
            data = receive(sock)
            if data:
                print(name, data)
            else:
                poller.unregister(fd)
                clients.pop(fd)
                sock.close()
                print(name, "disconnected")


def receive(sock: socket.socket) -> bytes:
    """What has come, or b"" when nothing more will: the peer ended or reset."""
    try:
        return sock.recv(4096)
    except OSError:
        return b""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    args = parser.parse_args()
    raise_limit()  # before the first client, and for this process only
    address = ("127.0.0.1", args.port)
    with socket.create_server(address, backlog=512) as listener:
        try:
            print(f"listening on 127.0.0.1:{listener.getsockname()[1]}")
            serve(listener)
        except KeyboardInterrupt:
            pass  # Ctrl-C is how this program ends


if __name__ == "__main__":
    main()
