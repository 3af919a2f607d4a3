"""A web server of the tester's, in a mode of origin.py: what it was asked, raw, and what it
answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from looplab.checks.peer import Peer
from looplab.checks.tester import Tester
from looplab.origin import END, MODES, Mode, Step, is_whole


class Origin:
    """`page` is sent to whoever has asked, as the mode says (one of MODES, or a function like
    those), but not before `ready(peer)`. `callers` are the connections, `asked(peer)` what one of
    them asked for."""

    def __init__(
        self,
        tester: Tester,
        mode: str | Mode,
        page: bytes = b"",
        *,
        ready: Callable[[Peer], bool] = lambda peer: True,
        **how: int,
    ) -> None:
        self.page, self._ready = page, ready
        self._mode = MODES[mode] if isinstance(mode, str) else mode
        self._clients: list[_Client] = []
        self._host = tester.host(greet=self._greet, **how)  # type: ignore[arg-type]
        self.address = self._host.address
        tester.chores.append(self._work)

    @property
    def callers(self) -> list[Peer]:
        return self._host.callers

    def url(self, path: str = "/") -> str:
        return f"http://{self.address}{path}"

    def asked(self, peer: Peer) -> bytes:
        """All that this connection has heard so far."""
        return bytes(peer.received)

    def _greet(self, peer: Peer) -> None:
        self._clients.append(_Client(peer))

    def _work(self) -> bool:
        """Take the steps that are due. True while there are more to come by themselves."""
        busy = [self._goes_on(one) for one in self._clients]
        return any(busy)

    def _goes_on(self, one: _Client) -> bool:
        if one.steps is None:
            if not is_whole(one.peer.received) or not self._ready(one.peer):
                return False
            one.steps = self._mode(self.page, self._clients.index(one))
        return one.step()


class _Client:
    """One connection, and what it is still to be told."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self.steps: Iterator[Step] | None = None
        self._due = 0.0
        self._over = False

    def step(self) -> bool:
        """Take the next step if it is due; whether there is another one."""
        while not self._over and time.monotonic() >= self._due:
            assert self.steps is not None
            if not self.peer.open or self.peer.pending:
                return self.peer.open  # what was sent is still on its way
            self._take(next(self.steps, ("keep",)))
        return not self._over

    def _take(self, step: Step) -> None:
        match step:
            case ("send", bytes() as data):
                self.peer.send(data)
            case ("wait", float() as seconds):
                self._due = time.monotonic() + seconds
            case ("close",):
                self._over = True
                self.peer.close()
            case ("reset",):
                self._over = True
                self.peer.reset()
            case _:
                self._over = True


__all__ = ["END", "Origin"]
