"""What poll says of a socket at every turn of its life; IN PRI OUT are asked.

python masks.py    ends by itself
"""

import os
import select
import socket
import struct
import time

LAMPS = ("IN", "PRI", "OUT", "ERR", "HUP", "NVAL")
ASK = select.POLLIN | select.POLLPRI | select.POLLOUT


def show(what: str, fd: int) -> None:
    """One line: the lamps that are lit. ERR, HUP, NVAL come without asking."""
    time.sleep(0.02)  # loopback is quick, not instant
    poller = select.poll()
    poller.register(fd, ASK)
    mask = sum(event for _, event in poller.poll(0))
    cells = []
    for lamp in LAMPS:
        lit = mask & getattr(select, "POLL" + lamp)
        cells.append(f"{lamp if lit else '-':4}")
    print(f"{what:32}", " ".join(cells).rstrip())


def connected() -> tuple[socket.socket, socket.socket]:
    """Two ends of one connection: ours and the peer's."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        peer = socket.create_connection(listener.getsockname())
        return listener.accept()[0], peer


def before() -> None:
    """Sockets that are not connected."""
    with socket.socket() as ours:
        show("fresh socket, never connected", ours.fileno())
    # A port that is bound, and not listening, refuses.
    with socket.socket() as closed_door, socket.socket() as ours:
        closed_door.bind(("127.0.0.1", 0))
        ours.setblocking(False)
        ours.connect_ex(closed_door.getsockname())
        show("connect refused", ours.fileno())


def life() -> None:
    """A connection that begins, talks and ends politely."""
    ours, peer = connected()
    show("connected, idle", ours.fileno())
    peer.sendall(b"hello")
    show("data waiting", ours.fileno())
    peer.sendall(b"!", socket.MSG_OOB)
    show("data, then an urgent byte", ours.fileno())
    ours.recv(100)
    ours.recv(1, socket.MSG_OOB)
    peer.shutdown(socket.SHUT_WR)
    show("peer has shut its writing", ours.fileno())
    ours.shutdown(socket.SHUT_WR)
    show("both sides shut", ours.fileno())
    ours.close()
    peer.close()


def ends() -> None:
    """Ends of other kinds."""
    ours, peer = connected()
    peer.close()
    show("peer has closed", ours.fileno())
    ours.close()
    ours, peer = connected()
    # Linger for 0 seconds: close() sends a reset instead of a farewell.
    linger = struct.pack("ii", 1, 0)
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    peer.close()
    show("peer has reset", ours.fileno())
    fd = ours.fileno()
    ours.close()
    # poll deals in numbers: this one was not taken back, and names nothing.
    show("closed here, still registered", fd)


def pipe() -> None:
    """A pipe has one direction, so its writer's end is HUP at once."""
    reader, writer = os.pipe()
    os.write(writer, b"tail")
    os.close(writer)
    show("pipe, writer gone, data left", reader)
    os.read(reader, 100)
    show("pipe, writer gone, drained", reader)
    os.close(reader)


if __name__ == "__main__":
    before()
    life()
    ends()
    pipe()
