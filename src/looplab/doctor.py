"""What a machine can give the course: one small probe for each thing, asked in this order.

A probe says `ok`, `less` (the course works, with less) or `no` (it will not), and where that is not
`ok`, what to type. No probe uses the network; each leaves nothing behind.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import os
import platform
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import webbrowser
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

from looplab import update
from looplab.checks import proc
from looplab.checks.program import python
from looplab.workspace import Workspace

OK, LESS, NO = "ok", "less", "no"
FILES_NEEDED = 2048  # tests/test_02_select.py and tests/test_03_poll.py ask for as many
PROCESSES_NEEDED = 16
PORTS_NEEDED = 4000  # 03.3 holds 1,500 connections, and closed ones rest for a minute
DISK_NEEDED, DISK_WANTED = 20 << 20, 300 << 20  # bytes: progress and copies; packages of the site
MOMENT = 5.0  # seconds for what should happen at once, on a busy machine too
CLOCKS_MAY_DIFFER = 2.0  # seconds
WSL = "microsoft" in platform.release().lower()
_NO_LIMIT = resource.RLIM_INFINITY


@dataclass(frozen=True)
class Finding:
    """One line: `doctor.PROBE` of messages.toml names the thing, `doctor.KEY` says what is so,
    `doctor.KEY-cure` what to type."""

    probe: str
    state: str
    key: str
    args: dict[str, Any] = field(default_factory=dict)

    @property
    def cure(self) -> str | None:
        return None if self.state == OK else f"{self.key}-cure"


Probe = Callable[[Workspace], Iterator[Finding]]


def examine(workspace: Workspace) -> Iterator[Finding]:
    """Every finding, as it is made. A probe that breaks is a finding too."""
    for probe in PROBES:
        try:
            yield from probe(workspace)
        except Exception as error:
            args = {"name": probe.__name__, "error": f"{type(error).__name__}: {error}"}
            yield Finding("doctor", LESS, "broken", args)


# -- Python


def python_version(workspace: Workspace) -> Iterator[Finding]:
    version = platform.python_version()
    if sys.prefix == sys.base_prefix:
        yield Finding("python", LESS, "python-no-venv", {"version": version})
    else:
        gone = sys.version_info >= (3, 12)
        yield Finding("python", OK, "python-new" if gone else "python-ok", {"version": version})


def standard_library(workspace: Workspace) -> Iterator[Finding]:
    """The interpreter that runs the learner's programs, and what the lessons import."""
    code = "import argparse, resource, select, socket; select.poll"
    try:
        done = subprocess.run([python(), "-I", "-c", code], capture_output=True, text=True)
        error = done.stderr.strip().rpartition("\n")[2]
    except OSError as gone:
        error = str(gone)
    if error:
        yield Finding("library", NO, "library-no", {"error": error})
    else:
        yield Finding("library", OK, "library-ok")


def packages(workspace: Workspace) -> Iterator[Finding]:
    """What is installed against the lock."""
    missing, other = [], []
    text = (workspace.root / "requirements" / "run.txt").read_text()
    wanted = [Requirement(line.strip(" \\")) for line in text.splitlines() if line[:1].isalnum()]
    wanted = [one for one in wanted if one.marker is None or one.marker.evaluate()]
    for one in wanted:
        try:
            if importlib.metadata.version(one.name) not in one.specifier:
                other.append(one.name)
        except importlib.metadata.PackageNotFoundError:
            missing.append(one.name)
    if missing:
        yield Finding("packages", NO, "packages-missing", {"names": ", ".join(missing)})
    elif other:
        yield Finding("packages", LESS, "packages-other", {"names": ", ".join(other)})
    else:
        yield Finding("packages", OK, "packages-ok", {"n": len(wanted)})


# -- the terminal


def encoding(workspace: Workspace) -> Iterator[Finding]:
    args = {"encoding": sys.stdout.encoding, "locale": _locale() or "C"}
    try:
        "✓中文".encode(sys.stdout.encoding)
    except (UnicodeEncodeError, LookupError):
        yield Finding("encoding", LESS, "encoding-no" + _on_macos(), args)
        return
    if _locale() in ("", "C", "POSIX"):
        yield Finding("encoding", LESS, "encoding-c" + _on_macos(), args)
    else:
        yield Finding("encoding", OK, "encoding-ok", args)


def _locale() -> str:
    """The locale of characters that other programs see."""
    everything, characters, lang = (
        os.environ.get(name, "") for name in ("LC_ALL", "LC_CTYPE", "LANG")
    )
    if characters == "C.UTF-8" and lang in ("", "C", "POSIX"):
        characters = ""  # Python puts it there for itself where there is no locale
    return everything or characters or lang


def terminal(workspace: Workspace) -> Iterator[Finding]:
    if not sys.stdout.isatty():
        yield Finding("terminal", OK, "terminal-none")
        return
    size, term = shutil.get_terminal_size(), os.environ.get("TERM", "")
    args = {"columns": size.columns, "rows": size.lines, "term": term}
    if term in ("", "dumb"):
        yield Finding("terminal", LESS, "terminal-dumb", args)
    elif size.columns < 80 or size.lines < 24:
        yield Finding("terminal", LESS, "terminal-small", args)
    elif os.environ.get("NO_COLOR"):
        yield Finding("terminal", OK, "terminal-plain", args)
    else:
        yield Finding("terminal", OK, "terminal-ok", args)


def pseudo_terminal(workspace: Workspace) -> Iterator[Finding]:
    """Each program that is checked runs on one."""
    try:
        for fd in os.openpty():
            os.close(fd)
    except OSError as error:
        yield Finding("pty", NO, "pty-no", {"error": error.strerror})
    else:
        yield Finding("pty", OK, "pty-ok")


# -- limits


def open_files(workspace: Workspace) -> Iterator[Finding]:
    """The soft limit is raised to the hard one by the checks themselves."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    args = {"soft": _shown(soft), "hard": _shown(hard), "needed": FILES_NEEDED}
    if hard == _NO_LIMIT or hard >= FILES_NEEDED:
        yield Finding("files", OK, "files-ok", args)
    else:
        yield Finding("files", LESS if hard >= 256 else NO, "files-few" + _on_macos(), args)


def processes(workspace: Workspace) -> Iterator[Finding]:
    room = _room_for_processes()
    if room is None:
        yield Finding("processes", OK, "processes-free")
    elif room >= PROCESSES_NEEDED:
        yield Finding("processes", OK, "processes-ok", {"n": room})
    else:
        args = {"n": room, "needed": PROCESSES_NEEDED}
        yield Finding("processes", LESS if room >= 4 else NO, "processes-few", args)


def _room_for_processes() -> int | None:
    """How many more there may be: the container's limit and the user's own; None without one."""
    rooms = []
    with contextlib.suppress(OSError, ValueError):
        group = Path("/proc/self/cgroup").read_text().strip().rpartition(":")[2].lstrip("/")
        for folder in (Path("/sys/fs/cgroup", group), Path("/sys/fs/cgroup")):
            with contextlib.suppress(OSError, ValueError):
                most, now = ((folder / name).read_text() for name in ("pids.max", "pids.current"))
                rooms.append(int(most) - int(now))
    limit = resource.getrlimit(resource.RLIMIT_NPROC)[0]
    if limit != _NO_LIMIT and os.geteuid() != 0:  # root is not limited
        mine = 0
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                mine += len(os.listdir(folder / "task")) * (folder.stat().st_uid == os.geteuid())
        rooms.append(limit - mine)
    return min(rooms) if rooms else None


# -- the network of this machine


def loopback(workspace: Workspace) -> Iterator[Finding]:
    """A listener on 127.0.0.1, a client, a byte there and one back."""
    try:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.settimeout(MOMENT)
            with socket.create_connection(listener.getsockname(), timeout=MOMENT) as client:
                there, _ = listener.accept()
                with there:
                    there.settimeout(MOMENT)
                    client.sendall(b"?")
                    there.sendall(there.recv(1))
                    answer = client.recv(1)
    except TimeoutError:
        yield Finding("loopback", NO, "loopback-silent")
    except OSError as error:
        yield Finding("loopback", NO, "loopback-no", {"error": error.strerror or str(error)})
    else:
        state = (OK, "loopback-ok") if answer == b"?" else (NO, "loopback-silent")
        yield Finding("loopback", *state)


def ports(workspace: Workspace) -> Iterator[Finding]:
    try:
        low, high = map(int, Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    except (OSError, ValueError):
        low, high = 49152, 65535  # what other systems use
    args = {"low": low, "high": high, "n": high - low + 1}
    few = args["n"] < PORTS_NEEDED
    yield Finding("ports", LESS if few else OK, "ports-few" if few else "ports-ok", args)


# -- seeing what a program does


def stuck_detector(workspace: Workspace) -> Iterator[Finding]:
    """A child that sleeps in read: does the system tell so, and what CPU it used?"""
    if not proc.LINUX:
        yield Finding("stuck", LESS, "stuck-other", {"system": platform.system()})
        return
    code = "import sys; sys.stdin.read()"
    words = [python(), "-I", "-S", "-c", code]
    child = subprocess.Popen(words, stdin=subprocess.PIPE)
    try:
        end = time.monotonic() + MOMENT
        while not (seen := proc.asleep([child.pid])) and time.monotonic() < end:
            time.sleep(0.01)
        used = proc.cpu([child.pid])
    finally:
        child.communicate()
    if not seen:
        yield Finding("stuck", LESS, "stuck-blind", {"machine": platform.machine()})
    elif not used.run:
        yield Finding("stuck", LESS, "stuck-no-cpu")
    else:
        yield Finding("stuck", OK, "stuck-ok")


# -- files


def writable(workspace: Workspace) -> Iterator[Finding]:
    """A new file beside each of the learner's, and in the folder of copies."""
    folders = sorted({path.parent for path in workspace.lessons.glob("*/*.py")})
    closed = [folder for folder in [workspace.lessons, *folders] if _cannot_write(folder)]
    if closed:
        shown = ", ".join(folder.relative_to(workspace.root).as_posix() for folder in closed)
        yield Finding("lessons", NO, "lessons-closed", {"folders": shown})
    else:
        yield Finding("lessons", OK, "lessons-ok")
    # Where the folder does not exist yet it will be made in the course's own.
    memory = workspace.folder if workspace.folder.is_dir() else workspace.root
    places = [one for one in (memory, workspace.folder / "backup") if one.exists()]
    shut = any(_cannot_write(one) for one in places)
    yield Finding("memory", LESS if shut else OK, "memory-closed" if shut else "memory-ok")


def _new_file(folder: Path) -> Any:
    """A hidden file that is gone afterwards."""
    return tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor.")


def _cannot_write(folder: Path) -> bool:
    try:
        with _new_file(folder):
            return False
    except OSError:
        return True


def file_events(workspace: Workspace) -> Iterator[Finding]:
    """A save in lessons/ must be noticed within a moment."""
    if WSL and workspace.root.as_posix().startswith("/mnt/"):
        yield Finding("events", LESS, "events-mnt")
        return
    if _cannot_write(workspace.lessons):
        yield Finding("events", LESS, "events-unasked")
        return
    try:
        seen = _event_comes(workspace.lessons)
    except (OSError, RuntimeError) as error:  # watchfiles: the limit of watched files
        yield Finding("events", LESS, "events-limit", {"error": str(error)})
    else:
        yield Finding("events", OK if seen else LESS, "events-ok" if seen else "events-none")


def _event_comes(folder: Path) -> bool:
    from watchfiles import watch

    settings = {"watch_filter": None, "force_polling": False, "yield_on_timeout": True}
    changes = watch(folder, rust_timeout=50, debounce=50, step=10, **settings)  # type: ignore[arg-type]
    next(changes)  # nothing yet: it watches now
    with _new_file(folder) as file:
        end = time.monotonic() + MOMENT
        while time.monotonic() < end:
            if any(Path(path).name == Path(file.name).name for _, path in next(changes)):
                return True
    return False


def disk(workspace: Workspace) -> Iterator[Finding]:
    for name, folder in (("disk", workspace.root), ("temp", Path(tempfile.gettempdir()))):
        free = shutil.disk_usage(folder).free
        state = OK if free >= DISK_WANTED else LESS if free >= DISK_NEEDED else NO
        args = {"mb": free >> 20, "folder": folder}
        yield Finding(name, state, "disk-ok" if state == OK else "disk-full", args)


def clock(workspace: Workspace) -> Iterator[Finding]:
    """The wall clock against the files' own times: a clock that is behind hides saves."""
    newest = max(path.stat().st_mtime for path in workspace.root.glob("requirements/*.txt"))
    with contextlib.suppress(OSError), _new_file(workspace.lessons) as file:
        behind = abs(os.stat(file.name).st_mtime - time.time())
        if behind > CLOCKS_MAY_DIFFER:
            yield Finding("clock", LESS, "clock-disk", {"seconds": behind})
            return
    if time.time() < newest - CLOCKS_MAY_DIFFER:
        now = time.strftime("%Y-%m-%d %H:%M")
        yield Finding("clock", LESS, "clock-behind", {"now": now})
    else:
        yield Finding("clock", OK, "clock-ok")


def last_update(workspace: Workspace) -> Iterator[Finding]:
    """Said only where one was cut short."""
    if (journal := update.unfinished(workspace)) is not None:
        copies = [str(about["kept"]) for about in journal["files"].values()]
        yield Finding("update", LESS, "update-cut", {"copies": ", ".join(copies) or "-"})


# -- optional tools

TALKERS = ("nc", "ncat", "telnet", "curl")
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def tools(workspace: Workspace) -> Iterator[Finding]:
    wanted = {"git": ("git",), "talk": TALKERS, "tmux": ("tmux",), "uv": ("uv",)}
    for probe, names in wanted.items():
        yield _tool(probe, names)
    yield _browser()
    yield _tool("chromium", CHROMIUM)


def _tool(probe: str, names: tuple[str, ...]) -> Finding:
    found = next((name for name in names if shutil.which(name)), None)
    if found:
        return Finding(probe, OK, "tool-ok", {"name": found})
    return Finding(probe, LESS, f"{probe}-none", {"install": install_command()})


def _browser() -> Finding:
    try:
        name = getattr(webbrowser.get(), "name", "") or platform.system()
    except webbrowser.Error:
        return Finding("browser", LESS, "browser-none")
    return Finding("browser", OK, "tool-ok", {"name": name})


def install_command() -> str:
    """How packages are installed here."""
    known = {"apt": "sudo apt install", "dnf": "sudo dnf install", "brew": "brew install"}
    return next((words for tool, words in known.items() if shutil.which(tool)), "sudo apt install")


def _on_macos() -> str:
    return "-macos" if sys.platform == "darwin" else ""


def _shown(limit: int) -> str:
    return "∞" if limit == _NO_LIMIT else str(limit)


PROBES: tuple[Probe, ...] = (
    python_version,
    standard_library,
    packages,
    encoding,
    terminal,
    pseudo_terminal,
    open_files,
    processes,
    loopback,
    ports,
    stuck_detector,
    writable,
    file_events,
    disk,
    clock,
    last_update,
    tools,
)
