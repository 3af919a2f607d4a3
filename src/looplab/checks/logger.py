"""The logger of lessons 02, 03, 06 and 12 as a check sees it: clients, and the lines about them."""

from __future__ import annotations

import ast
import contextlib
import re
from collections.abc import Sequence

from looplab.checks.faults import CheckFailed, Say, say
from looplab.checks.peer import Peer
from looplab.checks.tester import PATIENCE, NotThere, Tester

_ARRIVAL = re.compile(r"Got connection from (?P<name>127\.0\.0\.1:\d+)")
_LINE = re.compile(r"(?P<name>127\.0\.0\.1:\d+) (?P<rest>disconnected|b'.*'|b\".*\")")


class Logger:
    """A running logger. Every method waits until the log says so, or raises CheckFailed."""

    def __init__(
        self,
        tester: Tester,
        *args: str,
        nofile: tuple[int, int] | None = None,
        program: str = "",
    ) -> None:
        """Starts the program with these arguments; `program` is another one of tests/programs."""
        self.tester = tester
        self.program = tester.start(*args, nofile=nofile, program=program)
        self._read = 0
        self._here: set[str] = set()
        self._gone: set[str] = set()
        self._said: dict[str, bytearray] = {}
        self._other: list[str] = []  # lines in no form of the contract

    # -- what the log says; lines that are not in the contract are the program's own business

    def _update(self) -> None:
        lines = self.tester.lines()
        for line in lines[self._read :]:
            if match := _ARRIVAL.fullmatch(line):
                self._here.add(match["name"])
            elif match := _LINE.fullmatch(line):
                if match["rest"] == "disconnected":
                    self._gone.add(match["name"])
                else:
                    with contextlib.suppress(SyntaxError, ValueError):  # quotes of its own
                        data = ast.literal_eval(match["rest"])
                        self._said.setdefault(match["name"], bytearray()).extend(data)
            else:
                self._other.append(line)
        self._read = len(lines)

    def _unless_reworded(
        self, failure: CheckFailed, peer: Peer, expected: Say, *words: str
    ) -> CheckFailed:
        """`failure`, unless the line did come in other words: then its form is the fault.

        Such a line names the client's port, or has one of `words`.
        """
        if failure.fault not in ("stuck", "silent"):
            return failure
        self._update()
        port = peer.address.rpartition(":")[2]
        for line in reversed(self._other):
            if port in line or any(word in line for word in words if word):
                seen = say("reworded", who=peer.name, logged=line[:200])
                return CheckFailed("wrong-output", expected, seen)
        return failure

    def is_here(self, peer: Peer) -> bool:
        self._update()
        return peer.connected and peer.address in self._here

    def is_gone(self, peer: Peer) -> bool:
        self._update()
        return peer.connected and peer.address in self._gone

    def said(self, peer: Peer) -> bytes:
        """All that the log has for this client, joined: how the stream was cut does not count."""
        if not peer.connected:
            return b""
        self._update()
        return bytes(self._said.get(peer.address, b""))

    # -- what a check does

    def arrives(self, name: str = "") -> Peer:
        """A client connects and the log says so."""
        peer = self.tester.connect(name)
        expected = say("line", text=f"Got connection from {peer.address}")
        try:
            self.tester.until(lambda: self._decided(peer))
        except NotThere as why:
            seen = say("arrival-not-logged", who=peer.name, seconds=round(why.waited, 1))
            failure = self.tester.blame(expected, why, "silent", seen)
            raise self._unless_reworded(failure, peer, expected) from None
        if not self.is_here(peer):
            raise self.tester.failure("closed-too-soon", expected, say("closed"))
        return peer

    def word(self) -> bytes:
        """A short line that was never sent before: nothing to hard-code."""
        return "".join(self.tester.random.choices("abcdefghijkmnpqrstuvwxyz", k=6)).encode() + b"\n"

    def says(self, peer: Peer, data: bytes | None = None, *, seconds: float = PATIENCE) -> float:
        """A client sends bytes (a fresh word unless given) and they appear in the log, as its own.

        Returns the seconds that took.
        """
        data = self.word() if data is None else data
        so_far = self.said(peer)
        enough = len(so_far) + len(data)
        peer.send(data)
        expected = say("line", text=f"{peer.address} {data!r}")
        try:
            took = self.tester.until(
                lambda: (
                    len(self.said(peer)) >= enough
                    or self._taken(peer, data) is not None
                    or _hung_up(peer)
                ),
                seconds=seconds,
            )
        except NotThere as why:
            if (got := self.said(peer)[len(so_far) :]) and not self.program.ended():
                seen = say("said-part", who=peer.name, data=repr(data), logged=repr(got))
                raise self.tester.blame(expected, why, "wrong-output", seen) from None
            seen = say("not-logged", who=peer.name, data=repr(data), seconds=round(why.waited, 1))
            failure = self.tester.blame(expected, why, "silent", seen)
            word = data.decode("latin-1").strip() if len(data) < 100 else ""
            raise self._unless_reworded(failure, peer, expected, word) from None
        self._still_here(peer, expected, len(self.said(peer)) >= enough)
        if (other := self._taken(peer, data)) and len(self.said(peer)) == len(so_far):
            seen = say("said-by-other", who=peer.name, data=repr(data), other=other.name)
            raise self.tester.failure("wrong-output", expected, seen)
        if self.said(peer) != so_far + data:
            got = self.said(peer)[len(so_far) :]
            seen = say("said-else", who=peer.name, data=repr(data), logged=repr(got))
            raise self.tester.failure("wrong-output", expected, seen)
        return took

    def _still_here(self, peer: Peer, expected: Say, logged: bool) -> None:
        """Neither hung up on nor, by the log, gone. The line and the hang-up come in any order."""
        if self.is_gone(peer):
            with contextlib.suppress(NotThere):
                self.tester.until(lambda: _hung_up(peer), seconds=0.3, armed=False)
        if _hung_up(peer) and (self.is_gone(peer) or not logged):
            stays = say("stays-open", who=peer.name)
            raise self.tester.failure("closed-too-soon", stays, say("closed"))
        if self.is_gone(peer):
            seen = say("gone-too-soon", who=peer.name)
            raise self.tester.failure("wrong-output", expected, seen)

    def ends_with(self, peer: Peer, data: bytes) -> None:
        """The log ends this client's words with `data`."""
        if not self.said(peer).endswith(data):
            expected = say("line", text=f"{peer.address} {data!r}")
            logged = repr(self.said(peer)[-60:])
            seen = say("said-part", who=peer.name, data=repr(data), logged=logged)
            raise self.tester.failure("wrong-output", expected, seen)

    def said_only(self, peer: Peer, data: bytes = b"") -> None:
        """The log has no words of this client, which has reset its connection, but `data`."""
        if (got := self.said(peer)) != data:
            expected = say("only-words", who=peer.name, data=repr(data))
            seen = say("said-more", who=peer.name, data=repr(data), logged=repr(got)[:200])
            raise self.tester.failure("wrong-output", expected, seen)

    def _taken(self, peer: Peer, data: bytes) -> Peer | None:
        """Another client under whose name the log has this one's bytes."""
        others = (other for other in self.tester.peers if other is not peer)
        return next((other for other in others if self.said(other).endswith(data)), None)

    def leaves(self, peer: Peer) -> None:
        """A client closes politely and the log says so."""
        peer.close()
        self.logs_farewell(peer, "left-not-logged")

    def logs_farewell(self, peer: Peer, seen: str) -> None:
        """The log says that this client, which has ended its side, is gone."""
        try:
            self.tester.until(lambda: self.is_gone(peer))
        except NotThere as why:
            expected = say("line", text=f"{peer.address} disconnected")
            failure = self.tester.blame(
                expected, why, "silent", say(seen, who=peer.name, seconds=round(why.waited, 1))
            )
            raise self._unless_reworded(failure, peer, expected, "disconnected") from None

    def log_farewells(self, peers: Sequence[Peer]) -> None:
        """The log says of all these clients that they are gone."""
        with contextlib.suppress(NotThere):
            self.tester.until(lambda: all(map(self.is_gone, peers)))
        for peer in peers:
            if not self.is_gone(peer):
                self.logs_farewell(peer, "left-not-logged")

    def gets_eof(self, peer: Peer, seconds: float = PATIENCE, *, armed: bool = True) -> float:
        """The program closes this client's connection. Returns the seconds that took."""
        try:
            return self.tester.until(lambda: _hung_up(peer), seconds=seconds, armed=armed)
        except NotThere as why:
            raise self.tester.blame(
                say("eof", who=peer.name),
                why,
                "not-closed",
                say("no-eof", who=peer.name, seconds=round(why.waited, 1)),
            ) from None

    def crowd(self, n: int, *, batch: int = 32) -> list[Peer]:
        """`n` clients connect, a few at a time; a few more come when each of these is decided.

        Decided is a client that is in the log or that was closed.
        """
        peers: list[Peer] = []
        while len(peers) < n:
            some = [self.tester.begin_connect() for _ in range(min(batch, n - len(peers)))]
            self._decide(some)
            peers += some
        return peers

    def _decide(self, peers: list[Peer]) -> None:
        try:
            self.tester.until(lambda: all(map(self._decided, peers)), armed=False)
        except NotThere as why:
            peer = next(peer for peer in peers if not self._decided(peer))
            seen = say("surplus-hangs", who=peer.name, seconds=round(why.waited, 1))
            raise self.tester.blame(say("surplus-eof"), why, "not-accepted", seen) from None

    def _decided(self, peer: Peer) -> bool:
        return _hung_up(peer) or self.is_here(peer)

    def still_connected(self, peer: Peer) -> None:
        """The program has not closed this client's connection."""
        self.tester.pump(0)
        if peer.eof or peer.was_reset:
            raise self.tester.failure(
                "closed-too-soon", say("stays-open", who=peer.name), say("closed")
            )


def _hung_up(peer: Peer) -> bool:
    return peer.eof or peer.was_reset
