"""The other side of a check: one loop that moves every client's bytes and reads all the program
says.

Waiting is always for something observable, with a deadline; nothing sleeps for a fixed time.
When the program provably cannot move any more, the wait ends at once (the stuck detector).
"""

from __future__ import annotations

import ast
import contextlib
import errno
import functools
import io
import random
import re
import selectors
import socket
import time
import tokenize
from collections.abc import Callable
from pathlib import Path
from typing import Any

from looplab.checks import backends, proc
from looplab.checks.doors import Door
from looplab.checks.faults import CheckFailed, Say, Where, say
from looplab.checks.host import Host
from looplab.checks.peer import Peer
from looplab.checks.program import Program
from looplab.checks.setting import Setting
from looplab.checks.timeline import Timeline
from looplab.checks.victims import Victim
from looplab.course import ENGINE

PATIENCE = 6.0  # seconds that something may take which is not a matter of time
QUIET = 0.3  # seconds that a program must sleep before it counts as stuck
TICK = 0.02
STEP = 0.1  # seconds between two looks that count; more of them, and the machine stood still
CHORE = 0.004  # seconds between two looks at what a server has still to do
ETHERNET = 1460  # bytes of a segment; with it the program's send buffer stays small as well
FIRST_PORT, PORTS = 33_000, 27_000  # where clients come from
_PORT = re.compile("[0-9]{1,5}")
_ADDRESS = re.compile(r"127\.0\.0\.1:\d+")
# What a loop prints of a hole that a handler came to: it catches the exception and lives on.
_TODO = re.compile(r"NotImplementedError\b.*?TODO (?P<what>\d\d\.\w+ [\w.]+)(?P<rest>.*)")
_COMPACT = re.compile(r"\[(?P<file>[^|\]]+)\|[^|\]]+\|(?P<line>\d+)\]")


class NotThere(Exception):
    """What was waited for did not come: `stuck` holds how the program sleeps, if it does for
    good."""

    def __init__(self, stuck: tuple[proc.Sleep, ...] | None, waited: float) -> None:
        super().__init__("stuck" if stuck else "deadline")
        self.stuck, self.waited = stuck, waited


class Tester:
    """One program and its clients. Close it when the check ends."""

    __test__ = False  # pytest: a name that begins with Test is not always a test

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.serves = True  # False: it ends by itself (`run`)
        self.doors: list[Door] = []
        self.victims: list[Victim] = []
        self.hosts: list[Host] = []
        self.chores: list[Callable[[], bool]] = []  # see `host`
        self.random = random.Random(setting.seed)
        self.timeline = Timeline()
        self.peers: list[Peer] = []
        self._next_port = random.SystemRandom().randrange(FIRST_PORT, FIRST_PORT + PORTS)
        self.program: Program | None = None
        self.port = 0
        self._selector = selectors.DefaultSelector()
        self._lines_shown = 0
        self.held_up = 0.0  # the longest time that this process itself did not run
        self.mark = (0.0, 0.0)  # a moment, and the CPU seconds of the program until then
        self.lived = 0.0  # seconds so far, without those in which this process did not run
        self._pumped = time.monotonic()
        self._at_work = False  # a chore has more to do

    # -- the program

    def start(
        self, *args: str, nofile: tuple[int, int] | None = None, program: str = ""
    ) -> Program:
        """Start the program, with these limits of open files, and wait for its ready line.

        `program` is the name of another one than the exercise's, in tests/programs.
        """
        started = self._begin(args, ("--port", "0", *args), nofile, program)
        expected = say("ready")
        try:
            self.until(lambda: self._ready_line() is not None)
        except NotThere as why:
            raise self.blame(
                expected, why, "never-ready", say("no-ready", seconds=round(why.waited, 1))
            ) from None
        self.port = self._ready_line() or 0
        return started

    def run(self, *args: str) -> Program:
        """Start a program that is no server: `python FILE ARGS`, which ends by itself.

        One that was run before is ended first.
        """
        if self.program is not None:
            self.put_away()
        self.serves, self._lines_shown = False, 0
        return self._begin(args, args)

    def put_away(self) -> None:
        """End the program, if it has not ended, and hear no more of it."""
        assert self.program is not None
        for key in list(self._selector.get_map().values()):  # it may have closed its own by now
            if key.data in (self._stdout, self._stderr):
                self._selector.unregister(key.fd)
        self.program.kill()

    def _begin(
        self,
        told: tuple[str, ...],
        args: tuple[str, ...],
        nofile: tuple[int, int] | None = None,
        name: str = "",
    ) -> Program:
        """The process, on the setting's engine; `name` is that of a program of tests/programs."""
        self.check_source()
        named = {"program": name} if name else {}
        act = "start" if self.serves else "run"
        self.timeline.act(act, args=told, nofile=nofile, **named)
        setting, path = self.setting, self.setting.started
        if name:
            assert setting.programs is not None, "only an exercise on the engine has programs"
            path = setting.programs / f"{name}.py"
        program = Program(
            *(path, list(args), nofile, self.timeline.act),
            engine=setting.engine,
            own=setting.own,
        )
        self.program = program
        if setting.engine is None:
            self.timeline.add("program", "starts")
        else:  # one of several, and not the learner's own
            what = " ".join([path.name, *told])
            self.timeline.add("program", "starts-as", data=what)
        self._selector.register(program.stdout_fd, selectors.EVENT_READ, self._stdout)
        assert program.stderr_fd is not None
        self._selector.register(program.stderr_fd, selectors.EVENT_READ, self._stderr)
        return program

    def door(self, kind: str) -> Door:
        """An address for the program to connect to: "ok", "refused" or "silent"."""
        one = Door(kind)
        self.doors.append(one)
        self.timeline.act("door", kind=kind, at=one.address)
        return one

    def host(
        self,
        *,
        reading: bool = True,
        window: int = 0,
        greet: Callable[[Peer], object] | None = None,
        service: str = "",
    ) -> Host:
        """A server for the program to connect to, as in Host; `service` is one of backends, which
        a replay gives too.

        What a server does in its own time is one of `chores`: called every TICK or so; True as long
        as there is more to come, so that a program which waits for it is not called stuck;
        then it is called every CHORE.
        """
        how: dict[str, Any] = {"reading": reading, "window": window}
        if service:
            greet = functools.partial(backends.serve, service=service)
        one = Host(self.timeline, self._served, greet=greet, **how)
        self.timeline.act("host", at=one.address, **how, service=service)
        self.hosts.append(one)
        if one.sock in self._selector.get_map():  # the number of a pipe that was drained
            self._selector.unregister(one.sock)
        self._selector.register(one.sock, selectors.EVENT_READ, one.on_readable)
        return one

    def _served(self, host: Host, sock: socket.socket, port: int) -> Peer:
        n = sum(peer.served for peer in self.peers)
        peer = Peer(_letters(n).lower(), sock, self.timeline, self._watch)
        self.peers.append(peer)
        peer.is_served(host.reading, port)
        return peer

    def victim(self, program: str, seed: int) -> Victim:
        """A server of tests/programs for the program to be let loose on; `seed` says which kind."""
        assert self.setting.programs is not None
        if self.program is not None:
            self.put_away()  # it ends with everything that was started after it
        one = Victim(self.setting.programs / f"{program}.py", seed)
        self.timeline.add("tester", "victim", data=program)
        self.victims.append(one)
        self.timeline.act("victim", program=program, seed=seed, at=one.address, pid=one.pid)
        return one

    def answer(self, door: Door) -> None:
        """Have a silent door let in whoever has knocked, or will."""
        self.timeline.add("tester", "answers", at=door.address)
        self.timeline.act("answer", at=door.address)
        door.answer()

    def check_source(self) -> ast.Module:
        """The program's syntax tree. Refuses what is no Python file, and imports that the lesson
        forbids."""
        if self.setting.engine is not None and self.setting.path.name != ENGINE:
            self._tree(self.setting.engine / ENGINE, ())
        return self._tree(self.setting.path, self.setting.forbidden)

    def _tree(self, path: Path, forbidden: tuple[str, ...]) -> ast.Module:
        expected = say("a-program", file=path.name)
        if not path.exists():
            raise CheckFailed("no-file", expected, say("no-file", file=path.name))
        if not path.is_file():
            raise CheckFailed("not-a-file", expected, say("is-a-folder", file=path.name))
        source = path.read_bytes()
        if not source.strip():
            raise CheckFailed("empty-file", expected, say("is-empty", file=path.name))
        try:
            source.decode(tokenize.detect_encoding(io.BytesIO(source).readline)[0])
            tree = ast.parse(source, path.name)
        except (SyntaxError, ValueError, LookupError, RecursionError, MemoryError) as error:
            line = getattr(error, "lineno", None) or 1
            text = source.splitlines()[line - 1 : line] or [b""]
            where = Where(
                path.name, line, source=text[0].strip().decode("utf-8", "backslashreplace")[:100]
            )
            reason = getattr(error, "msg", "") or str(error)
            raise CheckFailed(
                "not-python", expected, say("no-parse", reason=reason), where=where
            ) from None
        lines = source.splitlines()  # bytes: where Python ends a line, and nowhere else
        for node in ast.walk(tree):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                called = getattr(node.func, "id", "") or getattr(node.func, "attr", "")
                if called in ("__import__", "import_module"):
                    names = [str(node.args[0].value)]
            for name in names:
                if name.partition(".")[0] in forbidden:
                    assert isinstance(node, (ast.Import, ast.ImportFrom, ast.Call))
                    shown = lines[node.lineno - 1].decode("utf-8", "replace").strip()
                    where = Where(path.name, node.lineno, source=shown)
                    raise CheckFailed(
                        "forbidden-import",
                        say("no-import", module=name),
                        say("imports", module=name),
                        where=where,
                    )
        return tree

    def lines(self) -> list[str]:
        """The complete lines that the program printed so far."""
        return self.program.lines if self.program else []

    def _ready_line(self) -> int | None:
        for line in self.lines():
            host, _, port = line.removeprefix("listening on ").rpartition(":")
            if line.startswith("listening on ") and host == "127.0.0.1" and _PORT.fullmatch(port):
                return int(port) if 0 < int(port) < 65536 else None
        return None

    # -- clients

    def connect(
        self, name: str = "", *, seconds: float = PATIENCE, window: int = 0, reading: bool = True
    ) -> Peer:
        """A new client, connected. Names are A, B, C… unless given; `window` and `reading` as in
        `begin_connect`."""
        peer = self.begin_connect(name, window=window, reading=reading)
        expected = say("accepts", who=peer.name)
        try:
            self.until(lambda: peer.connected or not peer.open, seconds=seconds, armed=False)
        except NotThere as why:
            raise self.blame(
                expected, why, "silent", say("not-connected", who=peer.name, seconds=why.waited)
            ) from None
        if not peer.connected:
            raise self.blame(expected, None, "never-ready", say("refused", who=peer.name))
        return peer

    def begin_connect(self, name: str = "", *, window: int = 0, reading: bool = True) -> Peer:
        """A new client whose connection is under way.

        `window`: a client elsewhere, with so small a receive buffer (SO_RCVBUF) and the segments of
        an Ethernet; 0: as loopback has it. Not `reading`: until `read_on`, what comes for it stays
        in the kernel.
        """
        name = name or _letters(sum(not peer.served for peer in self.peers))
        self.timeline.act("connect", who=name, window=window, reading=reading)
        while True:
            peer = Peer(name, self._bound_socket(), self.timeline, self._watch)
            peer.reading = reading
            if window:
                peer.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
                peer.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, ETHERNET)
            if peer.start_connect(self.port):
                self.peers.append(peer)
                return peer

    def _bound_socket(self) -> socket.socket:
        """A socket with a port that no client of this check has had: the log calls them by it.

        Ports follow each other from a random one on; REUSEADDR allows those that rest in TIME_WAIT,
        as a connection to another program needs no wholly new one.
        """
        while True:
            self._next_port = FIRST_PORT + (self._next_port - FIRST_PORT + 1) % PORTS
            sock = socket.socket()
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                sock.bind(("127.0.0.1", self._next_port))
                return sock
            except OSError as error:
                sock.close()
                if error.errno != errno.EADDRINUSE:
                    raise

    def _watch(self, peer: Peer) -> None:
        events = 0
        if peer.open:
            events |= selectors.EVENT_WRITE if peer.wants_write else 0
            listens = peer.connected and peer.reading and not peer.eof
            events |= selectors.EVENT_READ if listens else 0
        known = self._selector.get_map().get(peer.sock) if peer.sock.fileno() >= 0 else None
        if known is not None and known.data is not peer:  # the number of a pipe that was drained
            self._selector.unregister(peer.sock)
            known = None
        if events and known is None:
            self._selector.register(peer.sock, events, peer)
        elif events and known is not None and known.events != events:
            self._selector.modify(peer.sock, events, peer)
        elif not events and known is not None:
            self._selector.unregister(peer.sock)

    # -- waiting

    def until(
        self, done: Callable[[], bool], *, seconds: float = PATIENCE, armed: bool = True
    ) -> float:
        """Move everything until `done()`; returns the seconds it took. Raises NotThere.

        `armed`: everything has been delivered and an answer is waited for, so that a program in
        which every thread sleeps without a timeout can be called stuck.

        The limit counts only the time in which this process ran, as nobody can move on a machine
        that stands still, and hardly that in which the program waits for a disk.
        """
        began, looked = time.monotonic(), self.lived
        limit = looked + seconds * self.setting.scale
        quiet_since, last, tick = looked, None, 0.0  # what is there already is not waited for
        while True:
            moved, tick = self.pump(tick), TICK
            now = time.monotonic()
            if done():
                return now - began
            program = self.program
            ended = program is not None and program.ended()
            if program is not None and ended:
                program.drain()
                if done():
                    return now - began
                if not moved and not self.coming():  # what it sent before its end is still read
                    raise NotThere(None, now - began)
            if program is not None and not moved and proc.waits_for_disk(program.family()):
                limit += 0.9 * (self.lived - looked)
            looked = self.lived
            if program is not None and (program.flooded or looked > limit):
                raise NotThere(None, now - began)
            still = armed and not moved and not ended and not self._at_work
            if program is None or not still or not self._all_delivered():
                last = None
                continue
            sleep = proc.asleep(program.family())
            if sleep is None or sleep != last:
                last, quiet_since = sleep, looked
            elif looked - quiet_since > QUIET:
                late = self.take_output() or self.coming()
                self.pump(0)
                if done():
                    return now - began
                if not late:
                    raise NotThere(sleep, now - began)
                last = None

    def pump(self, seconds: float) -> bool:
        """One round: wait at most `seconds` for anything, then move it. Whether anything moved."""
        if self._at_work:
            seconds = min(seconds, CHORE)
        events = self._selector.select(seconds)
        now = time.monotonic()
        self.held_up = max(self.held_up, now - self._pumped - seconds)
        self.lived += min(now - self._pumped, STEP)
        self._pumped = now
        for key, mask in sorted(
            events, key=lambda event: not isinstance(event[0].data, Peer)
        ):  # cause before effect
            if isinstance(key.data, Peer):
                if mask & selectors.EVENT_WRITE:
                    key.data.on_writable()
                if mask & selectors.EVENT_READ and key.data.open:
                    key.data.on_readable()
            else:
                key.data()
        more = [chore() for chore in self.chores]
        self._at_work = any(more)
        return bool(events)

    def settle(self, seconds: float) -> None:
        """Let `seconds` pass with everything moving: for what is measured over a span of time."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.pump(min(left, 0.05))

    def take_output(self) -> bool:
        """Take what the program has printed and the terminal has not handed on yet; whether there
        was anything.

        The kernel does that in a thread of its own, which a busy machine may leave waiting longer
        than QUIET. Until then the selector sees nothing; a read waits for that thread.
        """
        assert self.program is not None
        before = len(self.program.output)
        if self.program.stdout_open:
            self._stdout()
        return len(self.program.output) > before

    def coming(self) -> bool:
        """Whether bytes or an EOF of the program are still on their way to a client that reads.

        A sleeping program is not what they wait for then, but the kernel and its timers.
        """
        pairs = {
            (peer.theirs, peer.sock.getsockname()[1])
            for peer in self.peers
            if peer.open and peer.reading
        }
        return not pairs.isdisjoint(proc.unsent())

    def ports(self) -> set[int]:
        """Those of the program's ends."""
        return {self.port, *(peer.theirs for peer in self.peers if peer.served)}

    def _all_delivered(self) -> bool:
        """Whether no byte of a client is under way. One that does not read may hold back the
        program, and so itself: nothing more moves for it."""
        return all(
            peer.connected
            and (not peer.reading or (not peer.pending and proc.delivered(peer.sock)))
            for peer in self.peers
            if peer.open
        )

    def _stdout(self) -> None:
        program = self.program
        assert program is not None
        program.read_stdout()
        for line in self.lines()[self._lines_shown :][:50]:
            self.timeline.add("program", "prints", data=line[:80])
        self._lines_shown = len(self.lines())
        if not program.stdout_open:
            self._selector.unregister(program.stdout_fd)

    def _stderr(self) -> None:
        program = self.program
        assert program is not None and program.stderr_fd is not None
        fd = program.stderr_fd
        program.read_stderr()
        if program.stderr_fd is None:
            self._selector.unregister(fd)

    # -- what went wrong

    def blame(self, expected: Say, why: NotThere | None, fault: str, *seen: Say) -> CheckFailed:
        """The failure that explains best why `expected` did not happen; `fault` if nothing tells
        more."""
        program = self.program
        assert program is not None
        if program.flooded or fault == "output-flood":
            if (unwritten := self._unwritten(expected)) is not None:
                return unwritten
            told = (
                seen if fault == "output-flood" else (say("flood", kib=len(program.output) >> 10),)
            )
            where = program.locate()
            self._read_rest(program)
            return CheckFailed("output-flood", expected, *told, where=where)
        if self._has_ended(program) and (self.serves or program.status != 0):
            return self._ended(program, expected)
        if (unwritten := self._unwritten(expected)) is not None:
            return unwritten
        if why is not None and why.stuck:
            return self._stuck(program, why.stuck, expected, fault, seen)
        if fault in ("silent", "never-ready", "not-closed", "not-accepted") and self._spins():
            fault = "busy-loop"
        where = program.locate()
        self._read_rest(program)
        bystanders = self._bystanders(seen) if why is not None else []
        return CheckFailed(fault, expected, *seen, *bystanders, where=where)

    def failure(self, fault: str, expected: Say, *seen: Say) -> CheckFailed:
        """A failure whose fault is known already, unless the program is dying: then that is the
        failure."""
        assert self.program is not None
        if self._has_ended(self.program) and (self.serves or self.program.status != 0):
            return self._ended(self.program, expected)
        return self._unwritten(expected) or CheckFailed(fault, expected, *seen)

    def _unwritten(self, expected: Say) -> CheckFailed | None:
        """A hole that a handler came to and the loop printed: whatever else is so follows from
        it."""
        program = self.program
        assert program is not None
        found = _TODO.search((program.output + b"\n" + program.errors).decode("utf-8", "replace"))
        if found is None:
            return None
        where = self.compact_line(found["rest"]) or program.crash_line()
        return CheckFailed(
            "not-implemented", expected, say("todo", what=found["what"]), where=where
        )

    def compact_line(self, text: str) -> Where | None:
        """The learner's last line in what asyncore prints of a traceback."""
        assert self.program is not None
        frames = [(f["file"], int(f["line"])) for f in _COMPACT.finditer(text)]
        return self.program.own_line(frames)

    def _has_ended(self, program: Program) -> bool:
        """Whether it is gone. Its clients can see that a moment before its parent does: it is
        given time, and more where it does not get the core that it needs to end."""
        program.resume()
        if program.stdout_open and not any(peer.eof or peer.was_reset for peer in self.peers):
            return program.ended()
        refused = any(peer.was_reset and not peer.connected for peer in self.peers)
        patience = (2.0 if refused else 0.3) * self.setting.scale
        family, began = program.family, self.lived
        before = proc.cpu(family()).run
        while not program.ended() and self.lived < began + PATIENCE:
            self.pump(0.005)
            if self.lived < began + patience:
                continue
            if proc.asleep(family(), resumed=True) or proc.cpu(family()).run - before > 0.3:
                break
        return program.ended()

    def calm(self) -> None:
        """Wait until the program has done what it had to do and sleeps; at most 0.3 s."""
        assert self.program is not None
        end, family = self.lived + 0.3 * self.setting.scale, self.program.family
        while proc.asleep(family(), resumed=True) is None and self.lived < end:
            self.pump(0.002)

    def _ended(self, program: Program, expected: Say) -> CheckFailed:
        program.drain()
        trace = program.own_traceback()
        where = program.crash_line()
        last = trace[-1] if trace else ""
        self.timeline.add("program", "ends", status=program.status)
        if self.port and self.serves:
            expected = say("alive")  # which client noticed first is chance
        if last.startswith("NotImplementedError: TODO"):
            return CheckFailed(
                "not-implemented",
                expected,
                say("todo", what=last.partition("TODO ")[2]),
                where=where,
            )
        if (unwritten := self._unwritten(expected)) is not None:
            return unwritten
        if any(line.startswith("Traceback") for line in trace):
            return CheckFailed(
                "crashed",
                expected,
                say("died", status=program.status, error=last),
                where=where,
                trace=trace,
            )
        fault = "exited" if self.serves else "wrong-status"
        seen = say("exited", status=program.status)
        return CheckFailed(fault, expected, seen, where=where, trace=trace)

    def _stuck(
        self,
        program: Program,
        sleeps: tuple[proc.Sleep, ...],
        expected: Say,
        fault: str,
        seen: tuple[Say, ...],
    ) -> CheckFailed:
        main = sleeps[0]
        faults = {
            "recv": "blocked-in-recv",
            "accept": "blocked-in-accept",
            "send": "blocked-in-send",
        }
        if fault in ("silent", "wrong-output"):
            fault = "stuck"  # asleep where a loop should wait; what it did not do tells more
        if fault == "never-ready":
            faults = {}  # a server may sleep in accept; that it has told nobody is the fault
        port = proc.remote_port(main.pid, main.fd) if main.call in faults else None
        waits_for = next(
            (p.name for p in self.peers if p.connected and p.address.endswith(f":{port}")), ""
        )
        where = program.locate()
        self._read_rest(program)
        if where is not None:
            where.call, where.waits_for = main.call, waits_for
        return CheckFailed(
            faults.get(main.call, fault), expected, *seen, *self._bystanders(seen), where=where
        )

    def _bystanders(self, seen: tuple[Say, ...]) -> list[Say]:
        """The other clients that were there and did not read, or had said nothing: often the
        reason."""
        told = {one.args.get("who") for one in seen}
        others = [peer for peer in self.peers if not peer.served]
        if names := [p.name for p in others if p.open and not p.reading and p.name not in told]:
            return [say("not-reading", names=", ".join(names))] if len(names) <= 3 else []
        silent = [
            p.name for p in others if p.open and p.connected and not p.sent and p.name not in told
        ]
        return [say("silent-others", names=", ".join(silent))] if 0 < len(silent) <= 3 else []

    def _read_rest(self, program: Program) -> None:
        with contextlib.suppress(OSError, ValueError, KeyError):
            program.drain(0.2)

    def share(self, seconds: float) -> float:
        """The share of one core that it uses or waits for, over `seconds` or a bit more."""
        assert self.program is not None
        self.timeline.act("watch", seconds=seconds)
        before, began = proc.cpu(self.program.family()), time.monotonic()
        self.settle(seconds)
        queued, end = proc.queued(self.program.family()), time.monotonic() + PATIENCE
        while queued and time.monotonic() < end:  # starved: what it waits for is not counted yet
            self.settle(0.005)
            queued = proc.still_queued(queued)
        after, elapsed = proc.cpu(self.program.family()), time.monotonic() - began
        return (sum(after) - sum(before)) / elapsed

    def asleep_during(self, act: Callable[[], object]) -> float:
        """The seconds in which the program neither ran nor waited for a core while `act` lasted."""
        assert self.program is not None
        before, began = proc.cpu(self.program.family()), time.monotonic()
        act()
        elapsed, after = time.monotonic() - began, proc.cpu(self.program.family())
        return max(elapsed - (sum(after) - sum(before)), 0.0)

    def _spins(self) -> bool:
        """Whether it uses all it gets of a core. The time that a program waits for one is counted
        only when it gets it, so that one short span may miss most of it."""
        return any(self.share(0.2) > 0.8 for _ in range(3))

    def story(self) -> list[dict[str, object]]:
        """The timeline with clients called by their names, repeated lines of the program told
        once."""
        clients = (peer for peer in self.peers if peer.connected and not peer.served)
        names = {peer.address: peer.name for peer in clients}
        told: list[dict[str, object]] = []
        for event in self.timeline.events:
            if event["what"] == "prints":
                event = event | {
                    "data": _ADDRESS.sub(lambda m: names.get(m[0], m[0]), event["data"])
                }
                if told and told[-1]["what"] == "prints" and told[-1]["data"] == event["data"]:
                    told[-1]["times"] = int(str(told[-1].get("times", 1))) + 1
                    continue
            told.append(event)
        return told

    def stop(self) -> None:
        """End the program and let its clients go: another one may be started."""
        assert self.program is not None
        self.timeline.act("stop")
        for peer in self.peers:
            if peer.open:
                peer.leave()
        self.put_away()
        self.program, self._lines_shown = None, 0

    def close(self) -> None:
        """End the program, close every client."""
        self._selector.close()
        if self.program is not None:
            self.program.kill()
        for peer in self.peers:
            peer.sock.close()
        for door in self.doors:
            door.close()
        for host in self.hosts:
            host.close()
        for victim in reversed(self.victims):  # each ends what was started after it
            victim.close()


def _letters(n: int) -> str:
    return chr(ord("A") + n) if n < 26 else f"C{n}"


def calibrate() -> float:
    """How much slower than an idle machine this one is now: 1.0 or more, from 6 ms of measuring."""
    return max(1.0, min(4.0, min(_slowdown(0.002) for _ in range(3))))


def _slowdown(seconds: float) -> float:
    wall, cpu = time.perf_counter(), time.thread_time()
    while time.perf_counter() - wall < seconds:
        pass
    return (time.perf_counter() - wall) / max(time.thread_time() - cpu, seconds / 10)
