"""The probes of the course: what a tester does to any program, each named once (curriculum,
section 4)."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence

from looplab.checks import proc
from looplab.checks.faults import CheckFailed, NotRun, say
from looplab.checks.peer import Peer
from looplab.checks.tester import NotThere, Tester

IDLE_SHARE = 0.2  # of one core; an idle loop measures 0.0 and a spinner 1.0, at any load


def imports(tester: Tester) -> None:
    """The lesson's forbidden imports are not used."""
    tester.check_source()


def idle(tester: Tester) -> None:
    """IDLE: while nobody speaks, the program uses no CPU."""
    shares = []
    for _ in range(3):  # what it still had to do may fall into the first span, never into all three
        shares.append(tester.share(0.3))
        if shares[-1] < IDLE_SHARE:
            return
    seen = say("cpu", percent=round(min(shares) * 100))
    raise tester.blame(say("quiet", percent=round(IDLE_SHARE * 100)), None, "busy-loop", seen)


def one_thread(tester: Tester) -> None:
    """ONE: one thread, no child."""
    program = tester.program
    assert program is not None
    alive(tester)
    expected = say("one-thread")
    if (children := len(proc.tree(program.pid)) - 1) > 0:
        raise CheckFailed("extra-processes", expected, say("children", n=children))
    if (threads := proc.threads(program.pid)) > 1:
        raise CheckFailed("extra-threads", expected, say("threads", n=threads))


def alive(tester: Tester) -> None:
    """The process is still there."""
    assert tester.program is not None
    if tester.program.ended() or not tester.program.stdout_open:
        raise tester.blame(say("alive"), None, "exited")


def quits(tester: Tester, seconds: float = 1.0) -> None:
    """QUIT: SIGINT ends it with status 0 in time, without a traceback, and the port binds again
    at once."""
    program = tester.program
    assert program is not None
    alive(tester)
    tester.calm()  # in its wait, where Ctrl-C meets a server
    tester.timeline.add("tester", "interrupts")
    program.interrupt()
    expected = say("quits", seconds=seconds)
    try:
        tester.until(program.ended, seconds=seconds, armed=False)
    except NotThere:
        if not program.ended():
            raise tester.blame(
                expected, None, "ignores-sigint", say("still-runs", seconds=seconds)
            ) from None
    program.drain()
    trace = program.own_traceback()
    if program.errors:
        raise CheckFailed(
            "traceback-on-quit",
            expected,
            say("traceback", error=trace[-1] if trace else ""),
            trace=trace,
        )
    if program.status != 0:
        raise CheckFailed("wrong-status", expected, say("exited", status=program.status))
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


class Void(Exception):
    """An attempt that tells nothing: the tester itself was held up."""


def in_time(tester: Tester, attempt: Callable[[], CheckFailed | None]) -> None:
    """A rule about time: broken only if it is broken three times, so that a pause of the machine
    is no verdict."""
    failed: list[CheckFailed] = []
    for _ in range(10):
        try:
            result = attempt()
        except Void:
            continue
        if result is None:
            return
        failed.append(result)
        if len(failed) == 3:
            alive(tester)
            raise failed[-1]
    raise NotRun("platform:busy")


def crowd_of(tester: Tester, peers: Sequence[Peer], at_least: int) -> list[Peer]:
    """The clients that are still connected; there must be `at_least` so many."""
    tester.pump(0)
    kept = [peer for peer in peers if peer.open and not peer.eof]
    if len(kept) < at_least:
        expected = say("kept", n=at_least, all=len(peers))
        raise tester.failure("closed-too-soon", expected, say("kept-only", n=len(kept)))
    return kept
