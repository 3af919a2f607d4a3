"""Addresses that answer a connect in one certain way: what REFUSE and BLACKHOLE knock on."""

from __future__ import annotations

import select
import socket

KINDS = ("ok", "refused", "silent")
_CROWD = 16  # connects, of which one must be left waiting


class Door:
    """`address` is HOST:PORT. Close it when the check ends.

    `ok` lets everybody in. `refused` is bound and does not listen: nobody else can get the port,
    so that the refusal is certain. `silent` listens, but its queue is full: a SYN gets no answer.
    """

    def __init__(self, kind: str, port: int = 0) -> None:
        assert kind in KINDS
        self.kind = kind
        self._sock, self._crowd = socket.socket(), list[socket.socket]()
        self._sock.bind(("127.0.0.1", port))
        self.address = "{}:{}".format(*self._sock.getsockname())
        if kind == "ok":
            self._sock.listen(128)
        if kind == "silent":
            self._sock.listen(0)
            self._fill()

    def _fill(self) -> None:
        """Connect until one of them is left waiting: from then on all are."""
        while len(self._crowd) < _CROWD:
            one = socket.socket()
            one.setblocking(False)
            self._crowd.append(one)
            one.connect_ex(self._sock.getsockname())
            poller = select.poll()
            poller.register(one, select.POLLOUT)
            if not poller.poll(50):  # on loopback an answer comes at once, or never
                return
        raise RuntimeError(f"a queue of length 0 took {_CROWD} connections")

    def answer(self) -> None:
        """The queue grows: who has knocked is let in when its SYN is sent again (Linux: 1 s after
        the first), who knocks now at once."""
        self._sock.listen(128)

    def close(self) -> None:
        for one in [self._sock, *self._crowd]:
            one.close()
