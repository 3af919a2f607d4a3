"""What the benchmarks run: servers, the load beside them, their clocks.

A server is any program of `servers/`, pinned to one core; the load is `load.c`, pinned to another.
Nothing is asked of a server but to echo or to forward: its CPU time is read from outside, from the
clock that the kernel keeps for every process, in nanoseconds.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
SELECT_MAX = 1024  # FD_SETSIZE: select knows descriptors 0 to 1023
SPARE_FDS = 16  # standard streams, listener, epoll, what Python itself keeps open
BULK = 65536

# asyncio's Protocol gives recv a buffer of 256 KiB. In a process that has never freed a larger
# block, glibc takes it from the kernel and gives it back at every recv: two page faults, three
# times the CPU a request. A program of any size has long freed one, which raises these two
# limits; a server that does nothing but echo has not. All servers here get what the former has.
MALLOC = {"MALLOC_MMAP_THRESHOLD_": str(1 << 20), "MALLOC_TRIM_THRESHOLD_": str(2 << 20)}

# The CPU clocks of any process, as the kernel numbers them for clock_gettime(2).
_PROF, _VIRT, _SCHED = 0, 1, 2


class CannotRun(Exception):
    """The benchmark cannot run here at all; the sentence says why."""


class Failed(Exception):
    """One server or the load beside it did not do what it should."""


@dataclass(frozen=True)
class Server:
    """One row of the tables. `engine` is the folder of its asyncore, None: it needs none."""

    name: str
    title: str
    program: str
    engine: Path | None = None
    args: tuple[str, ...] = ()
    standard: bool = False  # runs on the asyncore that Python brings
    select: bool = False  # watches with select
    asks_all: bool = False  # asks every channel before every wait: opening is quadratic
    base: str = "asyncore-poll"  # the asyncore that it is compared with

    def start(self, python: str, core: int) -> tuple[Process, int]:
        """A process of it, and its port."""
        path = str(HERE / "servers" / self.program)
        return listening(
            [python, "-W", "ignore", path, "--port", "0", *self.args], core, self.engine
        )


@dataclass(frozen=True)
class Load:
    """What the load does: `busy` connections in a closed loop beside `idle` silent ones."""

    name: str
    busy: int
    idle: int
    size: int
    answer: int = 0  # bytes that come back for a message; 0: its echo

    @property
    def title(self) -> str:
        if self.idle:
            return f"1 busy among {self.idle:,} idle, {self.size} bytes"
        size = f"{self.size // 1024} KiB" if self.size >= 1024 else f"{self.size} bytes"
        return f"{self.busy:,} busy, {size}"

    @property
    def fds(self) -> int:
        return self.busy + self.idle + SPARE_FDS


def load_named(name: str) -> Load:
    """busy-N, idle-N (one busy beside N idle) or bulk-N (N busy with 64 KiB messages)."""
    kind, _, number = name.partition("-")
    if kind not in ("busy", "idle", "bulk") or not number.isdecimal() or int(number) == 0:
        raise ValueError(f"no load {name!r}: busy-N, idle-N or bulk-N, N a number from 1")
    n = int(number)
    if kind == "idle":
        return Load(name, 1, n, 64)
    return Load(name, n, 0, 64 if kind == "busy" else BULK)


def all_servers(own: Path | None = None) -> list[Server]:
    """Every server there is, in the order of the tables; `own`: one more engine, by its folder."""
    engines: list[tuple[str, str, dict[str, Any]]] = [
        ("fast", "fast engine", {"engine": ROOT / "solutions/fast"}),
        (
            "reference",
            "reference engine",
            {"engine": ROOT / "solutions", "args": ("--poll",), "asks_all": True},
        ),
        ("asyncore-select", "asyncore select", {"standard": True, "select": True}),
        (
            "asyncore-poll",
            "asyncore poll",
            {"standard": True, "args": ("--poll",), "asks_all": True},
        ),
    ]
    if own is not None:
        engines.insert(0, ("own", "own engine", {"engine": own.resolve()}))
    programs = [
        ("", "", "echo_with_send.py", "asyncore-poll"),
        ("-pred", ", pred.", "echo_predicates.py", "asyncore-poll-pred"),
    ]
    return [
        Server("epoll", "raw epoll", "raw_epoll.py"),
        *(
            Server(name + end, title + more, program, base=base, **how)
            for end, more, program, base in programs
            for name, title, how in engines
        ),
        Server("protocol", "asyncio Protocol", "asyncio_protocol.py"),
        Server("streams", "asyncio streams", "asyncio_streams.py"),
        Server("threads", "threads", "threads.py"),
    ]


def why_not(server: Server, load: Load, *, quick: bool, standard: bool) -> str:
    """Why this server is left out under this load; "" if it runs."""
    if server.engine and not (server.engine / "asyncore.py").is_file():
        with contextlib.suppress(ValueError):
            return f"there is no {server.engine.relative_to(ROOT) / 'asyncore.py'}"
        return "there is no asyncore.py in that folder"
    if server.standard and not standard:
        return "this Python has no asyncore (removed in 3.12)"
    if server.select and load.fds > SELECT_MAX:
        return f"select knows descriptors up to {SELECT_MAX - 1}"
    if load.fds > resource.getrlimit(resource.RLIMIT_NOFILE)[0]:
        return f"it needs {load.fds} open files, the limit here is lower (ulimit -n)"
    if quick and server.asks_all and load.idle > 5000 and server.name != "asyncore-poll":
        return "opening takes half a minute: not with --quick"
    return ""


def has_asyncore(python: str) -> bool:
    """Whether this Python brings the real asyncore."""
    command = [python, "-W", "ignore", "-c", "import asyncore"]
    return not subprocess.run(command, capture_output=True, env=_environment(None)).returncode


def _environment(engine: Path | None) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    more = {"PYTHONPATH": str(engine)} if engine else {}
    return kept | more | MALLOC | {"LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}


def prepare() -> tuple[int, int]:
    """Raise the limit of open files; the cores of the server and of the load."""
    if sys.platform != "linux":
        raise CannotRun("this benchmark needs Linux: epoll, pinned cores, /proc")
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        raise CannotRun("this benchmark needs two cores: one for the server, one for the load")
    siblings = _siblings(cores[0])  # hyper-threads of one core share what is measured
    others = [core for core in cores[1:] if core not in siblings] or cores[1:]
    return cores[0], others[0]


def _siblings(core: int) -> set[int]:
    path = Path(f"/sys/devices/system/cpu/cpu{core}/topology/thread_siblings_list")
    found: set[int] = set()
    with contextlib.suppress(OSError, ValueError):
        for part in path.read_text().strip().split(","):
            first, _, last = part.partition("-")
            found |= set(range(int(first), int(last or first) + 1))
    return found


def build(name: str, folder: Path, compiler: str | None = None) -> None:
    """Compile NAME.c into `folder`; CannotRun where there is no C compiler."""
    names = [compiler] if compiler else ["cc", "gcc", "clang"]
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    if found is None:
        raise CannotRun(
            f"no C compiler found ({', '.join(names)}): the load is a C program, built when needed."
            " Debian, Ubuntu: apt-get install gcc libc6-dev"
        )
    source, target = HERE / f"{name}.c", folder / name
    command = [found, "-O2", "-std=c11", "-Wall", "-o", str(target), str(source)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise CannotRun(f"{name}.c does not build:\n{done.stderr.strip()}")


class Process:
    """A program pinned to one core, its stdout read line by line, its stderr kept."""

    def __init__(self, command: list[str], core: int, engine: Path | None = None) -> None:
        def prepare_child() -> None:
            os.sched_setaffinity(0, {core})
            signal.signal(signal.SIGINT, signal.SIG_DFL)

        self.errors = tempfile.TemporaryFile()  # noqa: SIM115  closed by stop
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            env=_environment(engine),
            start_new_session=True,  # Ctrl-C at the terminal is ours to handle
            preexec_fn=prepare_child,
        )
        self.pid = self.process.pid
        self.last = ""

    def line(self) -> str:
        assert self.process.stdout
        found = self.process.stdout.readline()
        if not found:
            self.process.wait()
            self.note_last()
            raise Failed(self.last or f"ended with status {self.process.returncode}")
        return found

    def note_last(self) -> None:
        """The last line of its stderr, as `last`."""
        self.errors.seek(0)
        lines = self.errors.read().decode(errors="replace").strip().splitlines()
        self.last = lines[-1] if lines else ""

    def ask(self, command: str) -> dict[str, Any]:
        """Give the load one command, return its answer."""
        assert self.process.stdin
        try:
            self.process.stdin.write(command + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            raise Failed("the load has ended") from None
        answer: dict[str, Any] = json.loads(self.line())
        if "error" in answer:
            raise Failed(answer["error"])
        return answer

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.note_last()
        for stream in (self.process.stdin, self.process.stdout, self.errors):
            with contextlib.suppress(BrokenPipeError):
                stream.close()  # type: ignore[union-attr]


def listening(command: list[str], core: int, engine: Path | None = None) -> tuple[Process, int]:
    """Start a program that says where it listens: the process, the port."""
    process = Process(command, core, engine)
    try:
        if found := re.fullmatch(r"listening on 127\.0\.0\.1:(\d+)\n", process.line()):
            return process, int(found[1])
        raise Failed("it did not say where it listens")
    except BaseException:
        process.stop()
        raise


def family(pid: int) -> list[int]:
    """A process and those that it has forked, as far as they live."""
    found = [pid]
    for one in found:
        with contextlib.suppress(OSError):
            children = Path(f"/proc/{one}/task/{one}/children").read_text()
            found += map(int, children.split())
    return found


def family_seconds(pid: int) -> dict[str, float]:
    """cpu_seconds of a process and of those that it has forked."""
    costs = [cpu_seconds(one) for one in family(pid)]
    return {name: sum(cost[name] for cost in costs) for name in costs[0]}


def cpu_seconds(pid: int) -> dict[str, float]:
    """CPU time of a process so far, ended threads included.

    `total` is exact (ns). How it divides into user and system is sampled by the clock tick:
    `user` of `ticked`.
    """
    kinds = {"total": _SCHED, "user": _VIRT, "ticked": _PROF}
    return {name: time.clock_gettime_ns((~pid << 3) | kind) / 1e9 for name, kind in kinds.items()}


def busy_seconds(cores: tuple[int, int]) -> float:
    """Seconds that the two cores did anything for anybody, or were taken away from us."""
    total = 0
    for line in Path("/proc/stat").read_text().splitlines():
        name, *fields = line.split()
        if name in {f"cpu{core}" for core in cores}:
            user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, fields[:8])
            total += user + nice + system + irq + softirq + steal
    return total / os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> int:
    """Bytes of user memory that are its own: the anonymous part of its PSS."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    found = re.search(r"^Pss_Anon:\s+(\d+) kB", text, re.M) or re.search(
        r"^Pss:\s+(\d+) kB", text, re.M
    )
    assert found
    return int(found[1]) * 1024


class Pair:
    """A server and the load that talks to it, alive until `stop`."""

    def __init__(
        self,
        server: Server,
        load: Load,
        folder: Path,
        cores: tuple[int, int],
        python: str,
        behind: int | None = None,
    ) -> None:
        """`folder`: where the load was built; `behind`: a process that works on the load's side."""
        self.server, self.load, self.cores, self.behind = server, load, cores, behind
        self.served, port = server.start(python, cores[0])
        self.loading: Process | None = None
        words = [str(folder / "load"), str(port), str(load.size)]
        try:
            self.loading = Process(words + [str(load.answer)] * bool(load.answer), cores[1])
        except BaseException:
            self.stop()
            raise

    def ask(self, command: str) -> dict[str, Any]:
        assert self.loading
        return self.loading.ask(command)

    def open(self, warm: float) -> dict[str, float]:
        """Open all connections; seconds for the idle ones and bytes for each of them."""
        self.ask(f"busy {self.load.busy}")
        self.ask(f"run {warm}")  # what a first message allocates is no cost of an idle connection
        if not self.load.idle:
            return {}
        before = memory(self.served.pid)
        seconds = self.ask(f"idle {self.load.idle}")["seconds"]
        each = (memory(self.served.pid) - before) / self.load.idle
        self.ask(f"run {warm}")
        return {"open_seconds": seconds, "idle_bytes": each}

    def run(self, seconds: float) -> dict[str, float]:
        """One burst: what the load saw, and what it cost the server.

        A short one goes before, uncounted: caches still hold what the neighbour needed.
        """
        self.ask(f"run {seconds / 10}")
        behind = cpu_seconds(self.behind)["total"] if self.behind else 0.0
        around, before = busy_seconds(self.cores), family_seconds(self.served.pid)
        seen = self.ask(f"run {seconds}")
        after = family_seconds(self.served.pid)
        if self.behind:
            seen["load_cpu"] += cpu_seconds(self.behind)["total"] - behind
        others = busy_seconds(self.cores) - around
        cost = {name: after[name] - before[name] for name in after}
        others -= cost["total"] + seen["load_cpu"]
        return seen | cost | {"others": max(0.0, others)}

    def prove(self) -> None:
        """Every idle connection is still alive."""
        self.ask("prove")

    def stop(self) -> None:
        self.served.stop()
        if self.loading:
            self.loading.stop()


@contextlib.contextmanager
def at_core(core: int) -> Iterator[None]:
    """This process out of the server's way: on the core of the load, which it waits for."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
