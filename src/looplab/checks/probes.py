"""The probes of the course: what a tester does to any program, each named once (curriculum,
section 4)."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import time
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from looplab.checks import proc
from looplab.checks.faults import CheckFailed, NotRun, Say, say
from looplab.checks.peer import Peer
from looplab.checks.tester import QUIET, NotThere, Tester

HELD_UP = 0.05  # seconds: a tester that did not run for so long tells nothing about time
CHATTER = 16 << 10  # bytes printed while nobody speaks: more than a few lines of debugging
WHOLE = 20.0  # seconds for some megabytes, which take 0.1 s on an idle machine
IDLE_SHARE = 0.2  # of one core; an idle loop measures 0.0 and a spinner 1.0, at any load


def imports(tester: Tester) -> None:
    """The lesson's forbidden imports are not used."""
    tester.check_source()


def idle(tester: Tester) -> None:
    """IDLE: while nobody speaks, the program uses no CPU, and does not nap either."""
    assert tester.program is not None
    shares, printed = [], len(tester.program.output)
    expected = say("quiet", percent=round(IDLE_SHARE * 100))
    for _ in range(3):  # what it still had to do may fall into the first span, never into all three
        shares.append(tester.share(0.3))
        if (more := len(tester.program.output) - printed) > CHATTER:
            raise tester.blame(expected, None, "output-flood", say("chatters", kib=more >> 10))
        if shares[-1] < IDLE_SHARE:
            break
    no_naps(tester)  # waking up often costs much where cores are rare, and is napping all the same
    if shares[-1] < IDLE_SHARE:
        return
    seen = say("cpu", percent=round(min(shares) * 100))
    raise tester.blame(expected, None, "busy-loop", seen)


def idle_for(tester: Tester, seconds: float) -> None:
    """IDLE over one span: for a program that may spin in a part of it."""
    share = tester.share(seconds)
    if share >= IDLE_SHARE:
        expected = say("quiet", percent=round(IDLE_SHARE * 100))
        raise tester.blame(expected, None, "busy-loop", say("cpu", percent=round(share * 100)))


def no_naps(tester: Tester) -> None:
    """Whenever it is found asleep, it is not in time.sleep: napping is polling (Linux)."""
    assert tester.program is not None
    found: list[str] = []
    for _ in range(60):
        if call := proc.sleeps_in(tester.program.pid):
            found.append(call)
        if len(found) == 12:
            break
        tester.settle(0.007)
    if len(found) > 6 and found.count("sleep") > len(found) * 0.8:
        raise tester.blame(say("waits"), None, "naps", say("sleeps"))


def prompt(tester: Tester, line: Callable[[], object], most: float) -> None:
    """`line()` has the program log a line; it does not sleep for more than `most` seconds first."""

    def attempt() -> CheckFailed | None:
        if (seconds := delay(tester, line, most)) is None:
            return None
        seen = say("line-late", seconds=seconds)
        return tester.failure("late", say("prompt-lines", seconds=most), seen)

    in_time(tester, attempt, slack=most)


def delay(tester: Tester, line: Callable[[], object], most: float) -> float | None:
    """How long the program slept before it logged the line of `line()`, if longer than `most`.

    Raises Void where the tester itself was held up for so long that it cannot tell.
    """
    tester.held_up = 0.0
    seconds = tester.asleep_during(line)
    if seconds <= most:
        return None
    if seconds - tester.held_up <= most:
        raise Void
    return seconds


def greeted(tester: Tester, peer: Peer, words: bytes) -> None:
    """A client that says nothing reads these bytes and EOF, nothing else."""
    expected = say("greeting", who=peer.name, text=repr(words))
    try:
        tester.until(lambda: peer.eof or peer.was_reset)
    except NotThere as why:
        who, got, waited = peer.name, bytes(peer.received), round(why.waited, 1)
        if not got:
            seen = say("nothing-came", who=who, seconds=waited)
            raise tester.blame(expected, why, "silent", seen) from None
        seen = say("no-greeting-eof", who=who, data=repr(got), seconds=waited)
        fault = "not-closed" if got == words else "wrong-bytes"
        raise tester.failure(fault, expected, seen) from None  # it may sleep where it likes
    if peer.received != words or peer.was_reset:
        seen = say("greeted", who=peer.name, data=repr(bytes(peer.received)))
        raise tester.failure("wrong-bytes", expected, seen)


@cache
def capacity() -> int:
    """The bytes that one connection on this machine takes while its peer reads nothing, measured
    once a run."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        writer = socket.create_connection(listener.getsockname())
        reader = listener.accept()[0]
    writer.setblocking(False)
    poller, taken = select.poll(), 0
    poller.register(writer, select.POLLOUT)
    with writer, reader:
        while poller.poll(20):  # the kernel may make room while it hands on
            with contextlib.suppress(BlockingIOError):
                while True:
                    taken += writer.send(bytes(1 << 20))
    return taken


def big() -> int:
    """A number of bytes that no kernel buffer hides: whoever sends them has to come back."""
    return max(8 << 20, 2 * capacity())


def filled(tester: Tester, peer: Peer) -> None:
    """Wait until a client that does not read has been sent all that its kernel takes."""
    assert not peer.reading
    waiting, since = 0, tester.lived

    def rests() -> bool:
        nonlocal waiting, since
        now = proc.unread(peer.sock)
        if not now or now != waiting:
            waiting, since = now, tester.lived
        return tester.lived - since > QUIET / 2

    try:
        tester.until(rests)
    except NotThere as why:
        expected = say("fills", who=peer.name)
        peer.read_on()
        tester.pump(0)
        if peer.eof or peer.was_reset:
            seen = say("hung-up", who=peer.name, n=len(peer.received))
            raise tester.failure("closed-too-soon", expected, seen) from None
        seen = say("nothing-came", who=peer.name, seconds=round(why.waited, 1))
        raise tester.blame(expected, why, "silent", seen) from None
    tester.timeline.add(peer.name, "full", n=waiting)


def isolated(tester: Tester, ping: Callable[[], object], most: float = 0.5) -> None:
    """ISOLATE: whoever else does not read, `ping()` is answered, and the program does not sleep for
    more than `most` seconds first."""

    def attempt() -> CheckFailed | None:
        if (seconds := delay(tester, ping, most)) is None:
            return None
        seen = say("answer-late", seconds=seconds)
        return tester.failure("late", say("isolated", seconds=most), seen)

    in_time(tester, attempt, slack=most)


def receives(tester: Tester, peer: Peer, data: bytes) -> None:
    """This client receives exactly these bytes, and then EOF."""
    expected = say("whole", who=peer.name)
    try:
        tester.until(
            lambda: peer.eof or peer.was_reset or len(peer.received) > len(data),
            seconds=WHOLE,
        )
    except NotThere as why:
        seen = _of_all(peer, data, "stopped", seconds=round(why.waited, 1))
        if len(peer.received) == len(data):
            raise tester.failure("not-closed", expected, seen) from None
        raise tester.blame(expected, why, "silent", seen) from None
    if peer.received == data and not peer.was_reset:
        return
    if len(peer.received) < len(data) or peer.was_reset:
        raise tester.failure("short-send-lost", expected, _of_all(peer, data, "cut"))
    raise tester.failure("wrong-bytes", expected, _of_all(peer, data, "other-bytes"))


def _of_all(peer: Peer, data: bytes, what: str, **args: Any) -> Say:
    """What came of `data`, and how much of it is right from the first byte on."""
    pairs = zip(peer.received, data, strict=False)
    right = next((i for i, (a, b) in enumerate(pairs) if a != b), len(peer.received))
    return say(what, who=peer.name, n=len(peer.received), all=len(data), right=right, **args)


def ends(tester: Tester) -> None:
    """A program that is no server ends by itself, with status 0 and without a traceback."""
    program = tester.program
    assert program is not None
    expected = say("ends-itself")
    try:
        tester.until(program.ended)
    except NotThere as why:
        seen = say("goes-on", seconds=round(why.waited, 1))
        raise tester.blame(expected, why, "not-ended", seen) from None
    program.drain()
    if program.status != 0:
        raise tester.failure("wrong-status", expected)


def turned_away(tester: Tester, peers: Sequence[Peer], at_least: int) -> None:
    """So many of the clients at least were closed by the program."""
    gone = [peer for peer in peers if peer.eof or peer.was_reset]
    if len(gone) < at_least:
        seen = say("surplus-kept", n=len(gone))
        raise tester.failure("not-closed", say("surplus-n", n=at_least), seen)


def one_thread(tester: Tester) -> None:
    """ONE: one thread, no child."""
    program = tester.program
    assert program is not None
    alive(tester)
    expected = say("one-thread")
    if children := len(program.others()):
        raise CheckFailed("extra-processes", expected, say("children", n=children))
    if (threads := proc.threads(program.pid)) > 1:
        raise CheckFailed("extra-threads", expected, say("threads", n=threads))


def alive(tester: Tester) -> None:
    """The process is still there."""
    assert tester.program is not None
    if tester.program.ended() or not tester.program.stdout_open:
        raise tester.blame(say("alive"), None, "exited")


def quits(tester: Tester, seconds: float = 1.0, *, rebinds: bool = True) -> None:
    """QUIT: SIGINT ends it with status 0 in time, without a traceback, and (`rebinds`) the port
    binds again at once."""
    program = tester.program
    assert program is not None
    alive(tester)
    tester.calm()  # in its wait, where Ctrl-C meets a server
    tester.timeline.add("tester", "interrupts")
    said = len(program.errors)
    program.interrupt()
    expected = say("quits" if rebinds else "ends", seconds=seconds)
    try:
        tester.until(program.ended, seconds=seconds, armed=False)
    except NotThere:
        if not program.ended():
            raise tester.blame(
                expected, None, "ignores-sigint", say("still-runs", seconds=seconds)
            ) from None
    program.drain()
    trace = program.own_traceback()
    if b"Traceback (most recent call last)" in program.errors[said:]:
        raise CheckFailed(
            "traceback-on-quit",
            expected,
            say("traceback", error=trace[-1] if trace else ""),
            trace=trace,
        )
    if program.status != 0:
        raise CheckFailed("wrong-status", expected, say("exited", status=program.status))
    if not rebinds:
        return
    with socket.socket() as again:
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            again.bind(("127.0.0.1", tester.port))
        except OSError as error:
            raise CheckFailed(
                "port-not-free", expected, say("port-taken", error=str(error))
            ) from None


def descriptors_back(tester: Tester, before: int) -> None:
    """FD: as many open descriptors as before."""
    program = tester.program
    assert program is not None
    alive(tester)
    try:
        tester.until(
            lambda: program.ended() or proc.open_fds(program.pid) <= before, seconds=2, armed=False
        )
    except NotThere:
        alive(tester)
        now = proc.open_fds(program.pid)
        raise CheckFailed("fd-leak", say("fds", n=before), say("fds-now", n=now)) from None
    alive(tester)


def no_pause(tester: Tester, seconds: float) -> None:
    """The machine has let both sides run since the last call; else the attempt is Void.

    A pause of `seconds` that the program sleeps through is its own doing. One that is made of many
    short waits for a core, of the program and of the tester in turn, is the machine's.
    """
    (then, before), (now, used) = tester.mark, moment(tester)
    tester.mark = now, used
    starved = used - before > seconds / 3 or tester.held_up > HELD_UP
    if then and now - then > seconds and starved:
        raise Void


def moment(tester: Tester) -> tuple[float, float]:
    """Now, and the CPU seconds that both sides have used or waited for until now."""
    assert tester.program is not None
    return time.monotonic(), sum(proc.cpu([*tester.program.family(), os.getpid()]))


class Void(Exception):
    """An attempt that tells nothing: the tester itself was held up."""


def in_time(
    tester: Tester, attempt: Callable[[], CheckFailed | None], *, slack: float = HELD_UP
) -> None:
    """A rule about time: broken only if it is broken three times, so that a pause of the machine
    is no verdict.

    An attempt in which the tester did not run for `slack` seconds breaks nothing. What is sent
    later does not depend on how many attempts there were, so that a seed repeats it.
    """
    later = tester.random.getrandbits(64)
    try:
        _in_time(tester, attempt, slack)
    finally:
        tester.random.seed(later)


def _in_time(tester: Tester, attempt: Callable[[], CheckFailed | None], slack: float) -> None:
    failed: list[CheckFailed] = []
    for _ in range(10):
        tester.pump(0)
        tester.held_up, tester.mark = 0.0, (0.0, 0.0)
        before, queued = tester.program, _queued(tester)
        try:
            result = attempt()
        except Void:
            continue
        except CheckFailed:  # it may follow from a silence that the machine caused
            assert tester.program is not None
            queued = _queued(tester) - (queued if tester.program is before else 0.0)
            if _died(tester) or max(tester.held_up, queued) <= slack:
                raise
            continue
        if result is None:
            return
        if tester.held_up > slack:
            continue
        failed.append(result)
        if len(failed) == 3:
            if tester.serves:
                alive(tester)
            raise failed[-1]
    raise NotRun("platform:busy")


def _died(tester: Tester) -> bool:
    """Whether the program has ended as no pause of the machine can end it: one that is to end by
    itself may have given up a client too soon."""
    program = tester.program
    assert program is not None
    return program.ended() and (tester.serves or bool(program.own_traceback()))


def _queued(tester: Tester) -> float:
    """The seconds that the program has waited for a core so far."""
    return proc.cpu(tester.program.family()).wait if tester.program is not None else 0.0


def crowd_of(tester: Tester, peers: Sequence[Peer], at_least: int) -> list[Peer]:
    """The clients that are still connected; there must be `at_least` so many."""
    tester.pump(0)
    kept = [peer for peer in peers if peer.open and not peer.eof]
    if len(kept) < at_least:
        expected = say("kept", n=at_least, all=len(peers))
        raise tester.failure("closed-too-soon", expected, say("kept-only", n=len(kept)))
    return kept
