"""A server that the program connects to: the tester's own listening socket."""

from __future__ import annotations

import socket
from collections.abc import Callable

from looplab.checks.peer import Peer
from looplab.checks.timeline import Timeline

BACKLOG = 1024


class Host:
    """`address` is HOST:PORT. Whoever connects is a Peer in `callers`, named a, b, c… in the order
    in which all hosts of a check were called; the tester's loop moves its bytes.

    `greet` is called with each of them at once: it sends, or sets the peer's `heard`. Not
    `reading`: until `read_on`, what the program sends stays in the kernel; with `window` (bytes,
    SO_RCVBUF) that is little.
    """

    def __init__(
        self,
        timeline: Timeline,
        arrived: Callable[[Host, socket.socket, int], Peer],
        *,
        reading: bool,
        window: int,
        greet: Callable[[Peer], object] | None,
    ) -> None:
        self.callers: list[Peer] = []
        self.reading = reading
        self._timeline, self._arrived, self._greet = timeline, arrived, greet
        self.sock = socket.socket()
        if window:  # before listen: a connection takes it over from its listener
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
        self.sock.bind(("127.0.0.1", 0))
        self.sock.listen(BACKLOG)
        self.sock.setblocking(False)
        self.address = "{}:{}".format(*self.sock.getsockname())

    def on_readable(self) -> None:
        """Let in all who have called."""
        while True:
            try:
                sock, (_, port) = self.sock.accept()
            except BlockingIOError:
                return
            except ConnectionAbortedError:
                continue
            peer = self._arrived(self, sock, port)
            self.callers.append(peer)
            if self._greet is not None:
                self._greet(peer)

    def close(self) -> None:
        self.sock.close()
