"""Any server that echoes, as a check sees it: the probes ECHO, BIGHALF and STALL (curriculum,
section 4), for whatever passes bytes on."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable

from looplab.checks import proc
from looplab.checks.faults import CheckFailed, Say, say
from looplab.checks.peer import Peer
from looplab.checks.probes import WHOLE, alive, big, capacity, idle
from looplab.checks.tester import NotThere, Tester
from looplab.checks.timeline import Noise

DAMMED = 0.5  # seconds in which nothing more is taken: the valve is shut
RESTED = 0.5  # seconds without CPU: it has done what it can for now
MOST_OWED = 8 << 20  # bytes that a program may grow by while a valve holds: it owes 256 KiB
STILL = 3.0  # seconds of rest after which nothing more is expected
_GOES_NOWHERE = 0.5  # seconds of CPU in which a byte would have moved
_ERROR = "uncaptured python exception"
_NOTHING_USED = 0.002  # seconds of CPU: a look at a clock, not a round of work


def noise(tester: Tester, n: int) -> Noise:
    """`n` bytes that were never sent before; a replay makes them again."""
    return Noise(tester.random.getrandbits(32), n)


# -- ECHO


def echoes(tester: Tester, peer: Peer, data: bytes | None = None) -> None:
    """ECHO: the client sends these bytes (a fresh word unless given) and reads the very same."""
    data = noise(tester, 12) if data is None else data
    before = len(peer.received)
    peer.send(data)
    comes_back(tester, peer, data, before)


def comes_back(tester: Tester, peer: Peer, data: bytes, before: int = 0) -> None:
    """After `before` bytes the client receives exactly these, and stays connected."""
    expected = say("echo", who=peer.name, n=len(data))
    try:
        come(tester, lambda: over(peer) or len(peer.received) >= before + len(data))
    except NotThere as why:
        raise unfinished(tester, peer, data, why, expected, before=before) from None
    got = bytes(peer.received[before:])
    if got == data:
        if over(peer):
            stays = say("stays-open", who=peer.name)
            raise tester.failure("closed-too-soon", stays, say("closed"))
        return
    right = in_common(got, data)
    seen = say("echo-other", who=peer.name, n=len(got), all=len(data), right=right)
    if over(peer) and right == len(got):
        raise tester.failure("closed-too-soon", expected, seen)
    raise tester.failure("wrong-bytes", expected, seen)


def come(tester: Tester, done: Callable[[], bool]) -> None:
    """Wait for it to be so, as long as there is any sign of life. Raises NotThere."""
    rest, began = Rest(tester, STILL), time.monotonic()
    tester.until(lambda: done() or rest(), seconds=WHOLE)
    if not done():
        raise NotThere(None, time.monotonic() - began)


def unfinished(
    tester: Tester,
    peer: Peer,
    data: bytes,
    why: NotThere,
    expected: Say,
    *,
    writer: Peer | None = None,
    before: int = 0,
) -> CheckFailed:
    """Nothing more of what `writer` sends comes (`peer` itself, unless it is another), though all
    is asked for. What does the program do with one word more?

    It sends what it still has, so it keeps it and does not ask when it can send; or it sends the
    word, so the rest is lost.
    """
    writer = writer or peer
    got, n = bytes(peer.received[before:]), len(data)
    right = in_common(got, data)
    seen = say("echo-stops", who=peer.name, n=len(got), all=n, seconds=round(why.waited, 1))
    if right < len(got):
        fault = "short-send-lost" if is_gap(got, data, right) else "wrong-bytes"
        other = say("echo-other", who=peer.name, n=len(got), all=n, right=right)
        return tester.failure(fault, expected, other)
    if writer.pending and (got or writer is not peer):
        return tester.blame(expected, why, "stops-reading", seen)
    if writer.pending or not got:
        return tester.blame(expected, why, "silent", seen)
    if writer.ends:  # it has no more words
        return tester.failure("never-paid", expected, seen)
    writer.send(word := noise(tester, 12))
    try:
        tester.until(lambda: over(peer) or len(peer.received) > before + len(got))
    except NotThere:
        return tester.blame(expected, why, "silent", seen)
    more = bytes(peer.received[before + len(got) :])
    rest = data[len(got) :]
    if more and (rest + word).startswith(more):
        seen_then = say("echo-later", more=min(len(more), len(rest)))
        return tester.failure("never-paid", expected, seen, seen_then)
    if more and word.startswith(more):
        return tester.failure("short-send-lost", expected, seen, say("echo-skips"))
    return tester.failure("short-send-lost", expected, seen)


def over(peer: Peer) -> bool:
    return peer.eof or peer.was_reset


def in_common(one: bytes, other: bytes) -> int:
    """How many bytes are the same from the first one on."""
    low, high = 0, min(len(one), len(other))
    while low < high:  # the first difference lies in low:high, or there is none
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def is_gap(got: bytes, data: bytes, right: int) -> bool:
    """Whether what comes after the first `right` bytes is a later part of `data`."""
    return len(after := got[right : right + 8]) == 8 and data.find(after, right + 1) >= 0


# -- errors


def no_error_told(tester: Tester) -> None:
    """No exception has left a handler: asyncore's words for one are not printed."""
    line = next((line for line in tester.lines() if _ERROR in line), None)
    if line is not None:
        told = line.partition(" [")[0][:200]  # without the way there
        failure = tester.failure("error-told", say("no-error"), say("error-told", line=told))
        failure.where = failure.where or tester.compact_line(line)
        raise failure


# -- quiet


class Rest:
    """True once the program has used no CPU for `seconds`, with nothing moving on any side."""

    def __init__(self, tester: Tester, seconds: float) -> None:
        assert tester.program is not None
        self._tester, self._seconds, self._family = tester, seconds, tester.program.family
        self._last, self._since = (-1.0, 0), tester.lived
        self._ran, self._unread = 0.0, -1  # CPU seconds when a byte moved last, bytes unread then
        self.spins = False  # it runs, and no byte moves: there will be no rest

    def __call__(self) -> bool:
        moved = sum(peer.sent + len(peer.received) for peer in self._tester.peers)
        run, wait = proc.cpu(self._family())
        if moved != self._last[1]:
            self._ran = run
        self.spins = run - self._ran > _GOES_NOWHERE and self._reads_nothing(run)
        worked = run + wait - self._last[0] > _NOTHING_USED or proc.queued(self._family())
        if worked or moved != self._last[1]:
            self._last, self._since = (run + wait, moved), self._tester.lived
        if self._tester.lived - self._since <= self._seconds:
            return False
        if self._tester.coming():  # the kernel's timers, not the program
            self._since = self._tester.lived
        return self._since < self._tester.lived - self._seconds

    def _reads_nothing(self, run: float) -> bool:
        """Of what the kernels hold for it, it has read nothing since the last look."""
        unread, before = proc.backlog(self._tester.ports()), self._unread
        if unread != before:
            self._unread, self._ran = unread, run
        return unread == before


def rests(tester: Tester, seconds: float = RESTED) -> bool:
    """Wait for a `Rest`. False where there is none: the program spins, or a client keeps it
    busy."""
    rest = Rest(tester, seconds)
    with contextlib.suppress(NotThere):
        tester.until(lambda: rest() or rest.spins, seconds=WHOLE, armed=False)
    alive(tester)
    if not rest():
        return False
    tester.timeline.add("tester", "rested", seconds=seconds)
    return True


# -- BIGHALF


def bighalf(tester: Tester, peer: Peer | None = None, n: int = 0) -> None:
    """BIGHALF: a client sends more than the kernel holds and shuts its side, reads only when the
    program has come to rest, and gets all of it, then EOF."""
    peer = peer or tester.connect(reading=False)
    data = noise(tester, n or big())
    peer.send(data)
    peer.shut()
    rests(tester)
    peer.read_on()
    ends_with(tester, peer, data)


def ends_with(tester: Tester, peer: Peer, data: bytes) -> None:
    """All this client receives is these bytes, and then EOF."""
    expected = say("whole", who=peer.name)
    try:
        come(tester, lambda: over(peer) or len(peer.received) > len(data))
    except NotThere as why:
        n, all_, waited = len(peer.received), len(data), round(why.waited, 1)
        if peer.received == data:
            seen = say("all-but-eof", who=peer.name, n=n, seconds=waited)
            raise tester.failure("not-closed", expected, seen) from None
        seen = say("echo-stops", who=peer.name, n=n, all=all_, seconds=waited)
        raise tester.blame(expected, why, "silent", seen) from None
    got = bytes(peer.received)
    if got == data and not peer.was_reset:
        return
    right = in_common(got, data)
    args = {"who": peer.name, "n": len(got), "all": len(data), "right": right}
    if right < len(got):
        fault = "short-send-lost" if is_gap(got, data, right) else "wrong-bytes"
        raise tester.failure(fault, expected, say("echo-other", **args))
    seen = say("cut-by-reset" if peer.was_reset else "cut", **args)
    raise tester.failure("closed-before-drain", expected, seen)


# -- STALL


def stall(
    tester: Tester, writer: Peer, reader: Peer, meanwhile: Callable[[], object], extra: int = 0
) -> None:
    """STALL: `writer` sends and `reader`, who is to get it, does not read. The program takes less
    and less and then nothing, keeps little, waits quietly, and serves others (`meanwhile`); when
    the reader reads on, all arrives.

    `extra`: bytes that the program may keep on purpose, beyond some hundred KiB.
    """
    data = dammed(tester, writer, reader, extra)
    idle(tester)
    meanwhile()
    still_there(tester, reader)
    reader.read_on()
    comes_back(tester, reader, data)


def dammed(tester: Tester, writer: Peer, reader: Peer, extra: int = 0) -> Noise:
    """The first half of STALL: the valve shuts. What was sent, or is still to be."""
    program = tester.program
    assert program is not None
    extra = extra * 9 // 4  # what is owed, and a copy of it, an eighth larger, while it grows
    most, before, rest = MOST_OWED + extra, proc.memory(program.family()), Rest(tester, DAMMED)
    grown = 0  # the most that was seen: a copy comes and goes

    def grows() -> bool:
        nonlocal grown
        grown = max(grown, proc.memory(program.family()) - before)
        return grown > most

    data = noise(tester, 2 * capacity() + extra + 3 * MOST_OWED)
    writer.send(data)
    with contextlib.suppress(NotThere):  # it spins, which another probe tells
        tester.until(
            lambda: over(reader) or grows() or rest() or rest.spins,
            seconds=WHOLE,
            armed=False,
        )
    alive(tester)
    still_there(tester, reader)
    if grows():
        expected = say("dam", who=reader.name, writer=writer.name, kib=most >> 10)
        seen = say("dam-grows", kib=grown >> 10, sent=writer.sent >> 10)
        raise tester.failure("unbounded-buffer", expected, seen)
    tester.timeline.add(writer.name, "dammed", n=writer.sent)
    return data


def still_there(tester: Tester, peer: Peer) -> None:
    """A client that does not read is still a client."""
    tester.pump(0)
    peer.look()
    if over(peer):
        stays = say("stays-open", who=peer.name)
        raise tester.failure("closed-too-soon", stays, say("closed"))


def stays_shut(tester: Tester, peer: Peer, n: int) -> None:
    """The client reads `n` bytes of a much higher debt: the valve stays shut."""
    before, enough = peer.sent, len(peer.received) + n
    peer.read_on()
    with contextlib.suppress(NotThere):
        tester.until(lambda: over(peer) or len(peer.received) >= enough)
    peer.hold()
    rests(tester)
    still_there(tester, peer)
    if (more := peer.sent - before) > 0:
        seen = say("dam-leaks", who=peer.name, n=n, more=more)
        raise tester.failure("reads-too-soon", say("dam-holds"), seen)


# -- what it costs to owe

DEBT, PAID = 40 << 20, 16 << 20  # bytes: owed to one client, read back by another
TIMES = 6  # what a byte may cost more in a debt: the sentence says so too; 1 is right, 30 is a copy


def owes_lightly(tester: Tester) -> None:
    """What a byte costs does not depend on how many are owed already.

    A pause of the machine is no CPU time, but its caches count: it is broken three times, or not.
    """
    for _ in range(3):
        peer = tester.connect()
        paid = _cost(tester, peer, PAID) / PAID
        peer.close()
        peer, limit = tester.connect(reading=False), paid * TIMES * DEBT
        spent = _cost(tester, peer, capacity() + DEBT, limit)
        if spent > limit:
            _is_no_spinner(tester)
        peer.reset()
        if spent <= limit:
            return
    expected = say("debt", kib=DEBT >> 10)
    raise tester.failure("quadratic", expected, say("debt-grows"))


def _is_no_spinner(tester: Tester) -> None:
    """It has used much CPU: does a byte move meanwhile?"""
    rest = Rest(tester, RESTED)
    with contextlib.suppress(NotThere):
        tester.until(lambda: rest() or rest.spins, armed=False)
    if rest.spins:
        seen = say("goes-nowhere", seconds=_GOES_NOWHERE)
        raise tester.blame(say("debt", kib=DEBT >> 10), None, "busy-loop", seen)


def _cost(tester: Tester, peer: Peer, n: int, limit: float = math.inf) -> float:
    """CPU seconds for which the program takes `n` bytes, and sends them if they are read; more
    than `limit` is not waited for."""
    program = tester.program
    assert program is not None
    rest, before = Rest(tester, 0.1), proc.cpu(program.family()).run

    def used() -> float:
        return proc.cpu(program.family()).run - before

    peer.send(noise(tester, n))
    with contextlib.suppress(NotThere):
        tester.until(lambda: rest() or used() > limit, seconds=WHOLE, armed=False)
    return used()
