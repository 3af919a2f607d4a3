"""What stands behind a forwarder: servers of the tester's, each a way to behave.

A `push` sends and ends; a `greeter` speaks first; an `echo` gives back what it hears; a `replier`
hears its caller out, to the EOF, and then answers; a `plain` one does what the check says, and
reads nothing if it is `stalled`. One that refuses is the tester's door "refused"; one that resets
is any peer's `reset`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from looplab.checks.host import Host
from looplab.checks.peer import Peer

if TYPE_CHECKING:
    from looplab.checks.tester import Tester


def plain(tester: Tester) -> Host:
    return tester.host()


def stalled(tester: Tester, window: int = 0) -> Host:
    """It reads nothing, until its end of a connection is told to `read_on`."""
    return tester.host(reading=False, window=window)


def push(tester: Tester, data: bytes) -> Host:
    """Everybody is sent `data`, and then EOF."""

    def say_all(peer: Peer) -> None:
        peer.send(data)
        peer.shut()

    return tester.host(greet=say_all)


def greeter(tester: Tester, data: bytes) -> Host:
    """Everybody is sent `data` before they have said a word; then it echoes."""

    def greet(peer: Peer) -> None:
        peer.send(data)
        serve(peer, "echo")

    return tester.host(greet=greet)


def echo(tester: Tester) -> Host:
    return tester.host(service="echo")


def replier(tester: Tester, answer: bytes) -> Host:
    """It hears its caller out, and then sends `answer` and EOF."""

    def wait(peer: Peer) -> None:
        peer.heard = reply

    def reply(peer: Peer) -> None:
        if peer.eof:
            peer.send(answer)
            peer.shut()

    return tester.host(greet=wait)


def serve(peer: Peer, service: str) -> None:
    """Have this end give what the service of this name gives; a replay does it too."""
    peer.heard = SERVICES[service]()


def _echoing() -> Callable[[Peer], None]:
    n = 0

    def heard(peer: Peer) -> None:
        nonlocal n
        new, n = peer.received[n:], len(peer.received)
        peer.hand(new)
        if peer.eof:
            peer.end()

    return heard


SERVICES: dict[str, Callable[[], Callable[[Peer], None]]] = {"echo": _echoing}
