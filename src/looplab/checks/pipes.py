"""A forwarder, as a check sees it: what one end of a session says, the other one hears. Bytes, the
EOF behind them, and the reset that is none.

Both ends are the tester's: a client of the program, and the server that the program calls for it.
"""

from __future__ import annotations

from looplab.checks.echo import come, in_common, is_gap, over, unfinished
from looplab.checks.faults import say
from looplab.checks.host import Host
from looplab.checks.peer import Peer
from looplab.checks.tester import NotThere, Tester


def session(
    tester: Tester, host: Host, *, window: int = 0, reading: bool = True
) -> tuple[Peer, Peer]:
    """A new client, and the host's end of the connection that the program makes for it."""
    n = len(host.callers)
    client = tester.connect(window=window, reading=reading)
    return client, called(tester, host, client, n)


def called(tester: Tester, host: Host, client: Peer, n: int) -> Peer:
    """The host's end number `n`, which the program made for this client."""
    expected = say("joined", who=client.name)
    try:
        tester.until(lambda: len(host.callers) > n)
    except NotThere as why:
        seen = say("not-called", who=client.name, seconds=round(why.waited, 1))
        raise tester.blame(expected, why, "silent", seen) from None
    server = host.callers[n]
    client.partner, server.partner = server, client
    return server


def hears(
    tester: Tester, peer: Peer, data: bytes, *, eof: bool = True, cut: str = "closed-before-drain"
) -> None:
    """All this end receives is these bytes, and then EOF; without `eof` it stays connected. `cut`
    is the fault if it comes to an end too early."""
    n = len(data)
    expected = say("whole" if eof else "hears", who=peer.name, n=n)
    try:
        done = n if eof else n - 1  # bytes; one more is one too many, or the last
        come(tester, lambda: over(peer) or len(peer.received) > done)
    except NotThere as why:
        raise _in_vain(tester, peer, data, why, eof) from None
    got = bytes(peer.received)
    right = in_common(got, data)
    args = {"who": peer.name, "n": len(got), "all": n, "right": right}
    if right < len(got):
        fault = "short-send-lost" if is_gap(got, data, right) else "wrong-bytes"
        raise tester.failure(fault, expected, say("echo-other", **args))
    if right < n or peer.was_reset:
        raise tester.failure(
            cut, expected, say("cut-by-reset" if peer.was_reset else "cut", **args)
        )
    if peer.eof and not eof:
        raise tester.failure("closed-too-soon", expected, say("closed"))


def _in_vain(tester: Tester, peer: Peer, data: bytes, why: NotThere, eof: bool) -> Exception:
    """Not all came, or not the EOF: the failure."""
    got, seconds = bytes(peer.received), round(why.waited, 1)
    expected = say("whole" if eof else "hears", who=peer.name, n=len(data))
    if got == data:
        seen = say("all-but-eof", who=peer.name, n=len(got), seconds=seconds)
        return tester.blame(expected, None, "eof-kept-back", seen)
    return unfinished(tester, peer, data, why, expected, writer=peer.partner)


def ends(tester: Tester, peer: Peer) -> None:
    """This end comes to an end, be it EOF or a reset."""
    expected = say("comes-to-end", who=peer.name)
    try:
        come(tester, lambda: over(peer))
    except NotThere as why:
        seen = say("no-end", who=peer.name, seconds=round(why.waited, 1))
        raise tester.failure("not-closed", expected, seen) from None


def is_reset(tester: Tester, peer: Peer, other: Peer) -> None:
    """`other` has reset its connection: this end hears of a reset, and of no EOF."""
    expected = say("reset-passed", who=peer.name, other=other.name)
    try:
        come(tester, lambda: over(peer))
    except NotThere as why:
        seen = say("no-end", who=peer.name, seconds=round(why.waited, 1))
        raise tester.failure("not-closed", expected, seen) from None
    if not peer.was_reset:
        raise tester.failure("reset-as-eof", expected, say("eof-instead", who=peer.name))
