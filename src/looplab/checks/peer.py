"""One end of a connection that the tester holds, with a name: a client, or a server's end."""

from __future__ import annotations

import contextlib
import errno
import socket
import struct
from collections.abc import Callable

from looplab.checks.timeline import Timeline, packed


class Peer:
    """A client of the program, or (`served`) the end of a connection that the program made: never
    blocks; the tester's loop moves its bytes."""

    def __init__(
        self, name: str, sock: socket.socket, timeline: Timeline, changed: Callable[[Peer], None]
    ) -> None:
        self.name, self._timeline, self._changed = name, timeline, changed
        self.sock = sock
        self.sock.setblocking(False)
        self.address = "{}:{}".format(*sock.getsockname())  # as the program sees it
        self.received = bytearray()
        self.sent = 0  # bytes that the kernel took
        self.pending = bytearray()  # bytes that it has not taken yet
        self.connected = False
        self.eof = False  # the program closed its side
        self.was_reset = False
        self.open = True
        self.reading = True  # False: what comes for it stays in the kernel
        self.served = False
        self.theirs = 0  # the port of the program's end
        self.heard: Callable[[Peer], object] = lambda peer: None  # called when bytes or EOF came
        self.ends = False  # no more is sent after the pending bytes
        self.partner: Peer | None = None  # the other end of a session through a forwarder

    def start_connect(self, port: int) -> bool:
        """Begin to connect. False if this very pair of ports rests in TIME_WAIT: take another."""
        self.theirs = port
        error = self.sock.connect_ex(("127.0.0.1", port))
        if error == errno.EADDRNOTAVAIL:
            self.sock.close()
            return False
        if error not in (0, errno.EINPROGRESS):
            self._lost(error)
        elif error == 0:
            self._is_connected()
        self._changed(self)
        return True

    def is_served(self, reading: bool, port: int) -> None:
        """The program has made this connection from its `port`, to one of our hosts."""
        self.served, self.reading, self.theirs = True, reading, port
        self._is_connected()
        self._changed(self)

    @property
    def wants_write(self) -> bool:
        return self.open and (not self.connected or bool(self.pending))

    # -- what a check makes it do

    def send(self, data: bytes) -> None:
        """Hand bytes over; what the kernel does not take now follows by itself."""
        self._timeline.add(self.name, "sends", n=len(data), data=data[:60].decode("latin-1"))
        self._timeline.act("send", who=self.name, data=packed(data))
        self.hand(data)

    def urge(self) -> None:
        """One urgent byte, past all others (MSG_OOB)."""
        self._timeline.add(self.name, "urges")
        self._timeline.act("urge", who=self.name)
        self.sock.send(b"!", socket.MSG_OOB)

    def shut(self) -> None:
        """No more bytes from here: SHUT_WR, after the pending ones."""
        self._timeline.add(self.name, "shuts")
        self._timeline.act("shut", who=self.name)
        self.end()

    def close(self) -> None:
        """A polite end."""
        if self.open:
            self._timeline.add(self.name, "closes")
            self._timeline.act("close", who=self.name)
            self._close()

    def leave(self) -> None:
        """An end that is no part of the story."""
        self._close()

    def reset(self) -> None:
        """A rude end: SO_LINGER (1, 0) makes close() send RST."""
        if self.open:
            self._timeline.add(self.name, "resets")
            self._timeline.act("reset", who=self.name)
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._close()

    def hold(self) -> None:
        """Stop reading: what comes stays in the kernel, until that is full."""
        self._timeline.add(self.name, "holds")
        self._timeline.act("hold", who=self.name)
        self.reading = False
        self._changed(self)

    def read_on(self) -> None:
        """Read again, all that waits and all that comes."""
        self._timeline.add(self.name, "reads-on")
        self._timeline.act("read_on", who=self.name)
        self.reading = True
        self._changed(self)

    # -- what a service does: no act of the check's, and so none of a replay's

    def hand(self, data: bytes | bytearray) -> None:
        self.pending += data
        if self.open and self.connected:
            self.on_writable()
        self._changed(self)

    def end(self) -> None:
        self.ends = True
        if self.connected and not self.pending:
            self._do_shut()

    # -- what the tester's loop tells it

    def on_writable(self) -> None:
        if not self.connected:
            error = self.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if error:
                return self._lost(error)
            self._is_connected()
        while self.pending:
            try:
                taken = self.sock.send(self.pending[:262144])
            except BlockingIOError:
                return
            except OSError as lost:
                return self._lost(lost.errno)
            self.sent += taken
            del self.pending[:taken]
        if self.ends:
            self._do_shut()
        self._changed(self)

    def on_readable(self) -> None:
        try:
            data = self.sock.recv(262144)
        except BlockingIOError:
            return
        except OSError as lost:
            return self._lost(lost.errno)
        if data:
            if not self.received:
                self._timeline.add(
                    self.name, "receives", n=len(data), data=data[:60].decode("latin-1")
                )
            self.received += data
        else:
            self.eof = True
            self._timeline.add(self.name, "eof")
            self._changed(self)
        self.heard(self)

    def look(self) -> None:
        """Hear of a reset also while it neither reads nor has anything left to send: no call of
        its own would tell it then."""
        if not (self.open and self.connected):
            return
        if error := self.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            self._lost(error)

    # -- inside

    def _is_connected(self) -> None:
        self.connected = True
        self._timeline.add(self.name, "is-called" if self.served else "connects")

    def _do_shut(self) -> None:
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_WR)

    def _lost(self, error: int | None) -> None:
        self.was_reset = True
        what = "lost" if self.connected else "not-let-in"
        self._timeline.add(self.name, what, how=errno.errorcode.get(error or 0, "error"))
        self._close()

    def _close(self) -> None:
        self.open = False
        self._changed(self)
        self.sock.close()
