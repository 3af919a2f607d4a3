"""Does again what a tester did: the acts of a record, slowly, so that a person can follow.

An act is a JSON object with `t` (seconds since the check began) and `act`:
`start` (args, nofile, and program, if it was another one of tests/programs), or `run` for a program
that ends by itself; `connect` (window, reading), `send` (data), `hold`, `read_on`, `urge`, `shut`,
`close`, `reset` (each with `who`); `pause`, `resume` and `interrupt` (signals to the program);
`stop`; `watch` (seconds); `door` (kind, at) and `answer` (at); `host` (reading, window, service,
at), whose ends of connections act as clients do; `victim` (program, seed, at, pid).
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from looplab.checks import proc
from looplab.checks.doors import Door
from looplab.checks.faults import Where
from looplab.checks.host import Host
from looplab.checks.peer import Peer
from looplab.checks.setting import Setting
from looplab.checks.tester import NotThere, Tester
from looplab.checks.timeline import unpacked

Act = dict[str, Any]
GAP, LONGEST, WHOLE = 0.7, 2.0, 20.0  # seconds: between two acts, at most so, of all slow gaps
AFTERWARDS = 1.0  # seconds in which what follows from the last act can be seen
STARTS = ("start", "run")
_CLOCKS = ("--idle", "--timeout", "--every")
_ADDRESS = re.compile(r"127\.0\.0\.1:\d+")
_SIGNALS = {"pause": signal.SIGSTOP, "resume": signal.SIGCONT, "interrupt": signal.SIGINT}


def in_real_time(acts: Sequence[Act]) -> bool:
    """Whether the program was given a time of its own, so that slowing down would change it."""
    return any(arg in _CLOCKS for act in acts for arg in act.get("args") or ())


class Again:
    """One replay. `tell` hears each event as it happens, as in a record's timeline."""

    def __init__(
        self, acts: Sequence[Act], setting: Setting, port: int | None, tell: Callable[[Act], None]
    ) -> None:
        """`port`: of a program that listens there already; None starts the setting's."""
        self._acts, self._port = acts, port
        self._tester = Tester(setting)
        self._tester.timeline.heard = tell
        self._peers: dict[str, Peer] = {}
        self._victims: dict[str, str] = {}  # what it was called in the check, and is called now
        self._doors: dict[str, Door | Host] = {}  # by the address that it had in the check
        self._pid: int | None = None
        self.done = 0  # acts so far

    @property
    def left(self) -> int:
        return len(self._acts) - self.done

    def run(self) -> Where | None:
        """All of it. Where the program is afterwards or where it died, if it was started here.

        Raises CheckFailed where the program does not start or is not Python, OSError where nobody
        listens on the port.
        """
        tester = self._tester
        try:
            for gap, act in zip(self._gaps(), self._acts, strict=True):
                tester.settle(gap)
                self._do(act)
                self.done += 1
            tester.settle(AFTERWARDS)
            program = tester.program
            if program is not None and tester.victims:
                with contextlib.suppress(NotThere):
                    tester.until(program.ended, seconds=WHOLE, armed=False)
            if program is None:
                return None
            if not program.ended():
                return program.locate()
            program.drain()
            tester.timeline.add("program", "ends", status=program.status)
            return program.crash_line()
        finally:
            self._signal("resume")  # one that runs elsewhere must not stay stopped
            tester.close()

    def _gaps(self) -> Iterator[float]:
        """The seconds before each act: those of the check, stretched where that may be."""
        slow = 0.0 if in_real_time(self._acts) else min(GAP, WHOLE / max(len(self._acts), 1))
        before = 0.0
        for act in self._acts:
            gap = act["t"] - before
            yield gap if not slow else max(slow, min(gap, LONGEST))
            before = act["t"]

    def _do(self, act: Act) -> None:
        what, tester = act["act"], self._tester
        peer = self._peer(act.get("who", ""))
        if what == "start":
            self._start(act)
        elif what == "run":
            self._pid = tester.run(*self._args(act)).pid
        elif what == "victim":
            one = tester.victim(act["program"], act["seed"])
            self._victims |= {act["at"]: one.address, str(act["pid"]): str(one.pid)}
        elif what == "door":
            self._doors[act["at"]] = tester.door(act["kind"])
        elif what == "host":
            how = {name: act[name] for name in ("reading", "window", "service") if name in act}
            self._doors[act["at"]] = tester.host(**how)
        elif what == "answer" and isinstance(door := self._doors[act["at"]], Door):
            tester.answer(door)
        elif what == "connect":
            self._connect(act)
        elif what in _SIGNALS:
            tester.timeline.add("tester", what)
            self._signal(what)
        elif what == "watch":
            self._watch(act["seconds"])
        elif what == "stop" and self._port is None:
            tester.stop()
        elif what == "send" and peer is not None and peer.open:
            peer.send(unpacked(act["data"]))
        elif what in ("hold", "read_on", "urge", "shut", "close", "reset") and peer is not None:
            getattr(peer, what)()

    def _start(self, act: Act) -> None:
        if self._port is None:
            named = act.get("program", "")
            args = self._args(act)
            self._pid = self._tester.start(*args, nofile=act["nofile"], program=named).pid
        else:
            self._tester.port, self._pid = self._port, proc.listener(self._port)

    def _args(self, act: Act) -> list[str]:
        """The arguments of then, with the addresses of now."""
        at = {old: door.address for old, door in self._doors.items()} | self._victims
        now = [at.get(arg, arg) for arg in act["args"]]
        return [_ADDRESS.sub(lambda old: at.get(old[0], old[0]), arg) for arg in now]

    def _peer(self, name: str) -> Peer | None:
        """The client of this name, or a host's end of a connection: that one is waited for."""

        def served() -> Peer | None:
            return next((p for p in self._tester.peers if p.served and p.name == name), None)

        if name.islower():
            with contextlib.suppress(NotThere):
                self._tester.until(lambda: served() is not None, seconds=LONGEST, armed=False)
        return self._peers.get(name) or served()

    def _connect(self, act: Act) -> None:
        how = {name: act[name] for name in ("window", "reading") if name in act}
        peer = self._peers[act["who"]] = self._tester.begin_connect(act["who"], **how)
        if self._port is not None and len(self._peers) == 1:
            self._tester.settle(0.1)
            if not peer.open and not peer.connected:
                raise ConnectionRefusedError

    def _signal(self, what: str) -> None:
        program = self._tester.program
        if self._pid is not None and not (program is not None and program.ended()):
            with contextlib.suppress(OSError):
                os.kill(self._pid, _SIGNALS[what])

    def _watch(self, seconds: float) -> None:
        """The share of a core that it uses while nothing happens."""
        if self._pid is None:
            return self._tester.settle(seconds)
        before, began = proc.cpu(proc.tree(self._pid)), time.monotonic()
        self._tester.settle(seconds)
        after, elapsed = proc.cpu(proc.tree(self._pid)), time.monotonic() - began
        share = (sum(after) - sum(before)) / elapsed
        self._tester.timeline.add(
            "tester", "watched", seconds=round(elapsed, 1), percent=round(share * 100)
        )

    def names(self) -> dict[str, str]:
        """The clients' addresses, and what they are called."""
        return {peer.address: name for name, peer in self._peers.items() if peer.connected}
