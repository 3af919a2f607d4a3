"""What a loop owes its channels, as a check sees it: what is printed, sent and not done; when the
loop ends."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Sequence

from looplab.checks import proc
from looplab.checks.faults import CheckFailed, say
from looplab.checks.logger import Logger
from looplab.checks.peer import Peer
from looplab.checks.tester import NotThere, Tester

BACK_ENDS: tuple[tuple[str, ...], ...] = ((), ("--poll",))  # of select, of poll
TOLD = re.compile(r"error: uncaptured python exception, closing channel <.+> \(.*ZeroDivisionError")


def with_both(
    tester: Tester, rule: Callable[[Tester, Logger], object], *args: str, program: str = ""
) -> None:
    """The same rule over select and over poll, each in a process of its own."""
    for back_end in BACK_ENDS:
        rule(tester, Logger(tester, *args, *back_end, program=program))
        tester.stop()


def rests(tester: Tester) -> None:
    """Wait until the program has done all there was to do, and read what it printed."""
    program = tester.program
    assert program is not None
    with contextlib.suppress(NotThere):
        tester.until(lambda: proc.asleep(program.family(), resumed=True) is not None, armed=False)
    tester.take_output()


def prints(tester: Tester, text: str, fault: str = "silent") -> None:
    """This line appears in the log; `fault` is the reason if it does not."""
    try:
        tester.until(lambda: text in tester.lines())
    except NotThere as why:
        seen = say("line-missing", seconds=round(why.waited, 1))
        raise tester.blame(say("line", text=text), why, fault, seen) from None


def hears(log: Logger, peer: Peer, data: bytes) -> None:
    """The log ends this client's words, which were sent already, with `data`."""
    expected = say("line", text=f"{peer.address} {data!r}")
    try:
        log.tester.until(lambda: log.said(peer).endswith(data))
    except NotThere as why:
        seen = say("not-logged", who=peer.name, data=repr(data), seconds=round(why.waited, 1))
        raise log.tester.blame(expected, why, "silent", seen) from None


def is_sent(tester: Tester, peer: Peer, data: bytes) -> None:
    """This client, who has to do nothing for it, receives `data`."""
    expected = say("is-sent", who=peer.name, data=repr(data))
    try:
        tester.until(lambda: peer.received.endswith(data) or peer.eof or peer.was_reset)
    except NotThere as why:
        seen = say("nothing-came", who=peer.name, seconds=round(why.waited, 1))
        raise tester.blame(expected, why, "not-asked", seen) from None
    if not peer.received.endswith(data):
        raise tester.failure("closed-too-soon", expected, say("closed"))


def meet(log: Logger, words: dict[Peer, bytes], callers: int = 0) -> list[Peer]:
    """These words, and so many new clients, meet the program in one round. The new clients."""
    with log.program.paused():
        new = [log.tester.connect() for _ in range(callers)]
        for peer, data in words.items():
            peer.send(data)
        with contextlib.suppress(NotThere):  # a busy machine hands over late
            log.tester.until(lambda: all(proc.delivered(peer.sock) for peer in words), armed=False)
    return new


def not_yet(log: Logger, peer: Peer) -> None:
    """This client calls while others have their turn; nobody lets it in."""
    rests(log.tester)
    if log.is_here(peer):
        seen = say("let-in-early", who=peer.name)
        raise log.tester.failure("wrong-round", say("own-map", who=peer.name), seen)


def lets_in(log: Logger, peer: Peer, rule: str, fault: str = "never-returns") -> None:
    """This client, who has called before, is let in now."""
    try:
        log.tester.until(lambda: log.is_here(peer))
    except NotThere as why:
        seen = say("arrival-not-logged", who=peer.name, seconds=round(why.waited, 1))
        raise log.tester.blame(say(rule, who=peer.name), why, fault, seen) from None


def listens_again(log: Logger) -> None:
    """A new client can connect, is let in, and is heard."""
    peer = log.tester.begin_connect()
    with contextlib.suppress(NotThere):
        log.tester.until(lambda: peer.connected or not peer.open, armed=False)
    if not peer.connected:
        expected, seen = say("accepts", who=peer.name), say("refused", who=peer.name)
        raise log.tester.failure("listener-lost", expected, seen)
    lets_in(log, peer, "let-in", "silent")
    log.says(peer)


def rounds_over(tester: Tester, n: int) -> None:
    """The program, which prints a tick when `loop` returns, has done so n times by now."""
    expected = say("returned", n=n)
    try:
        tester.until(lambda: tester.lines().count("tick") >= n)
    except NotThere as why:
        seen = say("returned-so-far", n=tester.lines().count("tick"))
        raise tester.blame(expected, why, "never-returns", seen) from None
    rests(tester)
    if (ticks := tester.lines().count("tick")) > n:
        raise tester.failure("wrong-round", expected, say("returned-so-far", n=ticks))


def ends(tester: Tester, rule: str, status: int = 0) -> None:
    """The loop returns or is left, and the program comes to its end with this status."""
    program = tester.program
    assert program is not None
    expected = say(rule, status=status)
    try:
        tester.until(program.ended)
    except NotThere as why:
        seen = say("goes-round", seconds=round(why.waited, 1))
        raise tester.blame(expected, why, "never-returns", seen) from None
    program.drain()
    if program.status != status:
        if program.own_traceback():
            raise tester.blame(expected, None, "crashed")
        seen = say("exited", status=program.status)
        raise CheckFailed("wrong-status", expected, seen)


def no_complaint(tester: Tester) -> None:
    """The loop has told of no exception: nothing that happened was one."""
    rests(tester)
    if line := next((line for line in tester.lines() if line.startswith("error:")), None):
        expected, seen = say("no-complaint"), say("complaint", line=line.partition(" <")[0])
        raise tester.failure("false-alarm", expected, seen)


def tells_of_the_error(tester: Tester) -> None:
    """The exception that no handler caught stands in the log, in asyncore's words."""
    try:
        tester.until(lambda: any(map(TOLD.match, tester.lines())))
    except NotThere as why:
        seen = say("line-missing", seconds=round(why.waited, 1))
        expected = say("error-line", error="ZeroDivisionError")
        raise tester.blame(expected, why, "error-untold", seen) from None


def one_is_heard(log: Logger, peers: Sequence[Peer]) -> Peer:
    """Of clients who spoke in one round one was heard, and stays; all others were hung up on."""

    def gone() -> int:
        return sum(peer.eof or peer.was_reset for peer in peers)

    expected = say("one-heard", n=len(peers) - 1)
    try:
        log.tester.until(lambda: gone() >= len(peers) - 1)
    except NotThere as why:
        raise log.tester.blame(expected, why, "not-closed", say("hung-up-on", n=gone())) from None
    rests(log.tester)
    heard = [peer for peer in peers if log.said(peer)]
    if len(heard) != 1 or heard[0].eof or heard[0].was_reset:
        raise log.tester.failure("wrong-output", expected, say("words-of", n=len(heard)))
    return heard[0]
