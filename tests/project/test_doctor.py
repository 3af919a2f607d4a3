"""Each probe of `doctor` with its cause present, and the whole on one screen of 80 columns."""

import collections
import contextlib
import importlib.metadata
import json
import os
import re
import resource
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pexpect
import pytest
from rich.cells import cell_len

from looplab import course, doctor, messages
from looplab.workspace import Workspace

LANGS = pytest.mark.parametrize("lang", ["en", "zh"])
TABLE = messages.catalogue()["doctor"]
Usage = collections.namedtuple("Usage", "total used free")


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setattr(doctor, "MOMENT", 30.0)  # it is not this machine that is judged
    (tmp_path / "lessons/02_select").mkdir(parents=True)
    (tmp_path / "lessons/02_select/logger.py").write_text("")
    (tmp_path / "requirements").mkdir()
    lock = (course.ROOT / "requirements/run.txt").read_text()
    (tmp_path / "requirements/run.txt").write_text(lock)
    return Workspace(tmp_path)


def found(probe: doctor.Probe, workspace: Workspace) -> dict[str, str]:
    """What a probe finds: the thing -> its state and key. Every sentence of it must be there."""
    states = {}
    for finding in probe(workspace):
        for key in filter(None, (finding.probe, finding.key, finding.cure)):
            for lang in course.LANGUAGES:
                assert messages.sentence(lang, "doctor", key, finding.args)
        states[finding.probe] = f"{finding.state} {finding.key}"
    return states


def raises(error):
    def call(*_, **__):
        raise error

    return call


def test_this_machine_can_run_the_course(workspace):
    for probe in doctor.PROBES:
        for name, state in found(probe, workspace).items():
            assert not state.startswith(doctor.NO), (name, state)
    assert [path.name for path in workspace.lessons.rglob("*")] == ["02_select", "logger.py"]


def test_python_of_another_place(workspace, monkeypatch):
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    assert found(doctor.python_version, workspace) == {"python": "less python-no-venv"}


@pytest.mark.parametrize("program", ["/nowhere/python3", "/bin/false-start"])
def test_an_interpreter_that_is_gone(workspace, monkeypatch, program):
    monkeypatch.setattr(doctor, "python", lambda: program)
    assert found(doctor.standard_library, workspace) == {"library": "no library-no"}


def test_packages_against_the_lock(workspace, monkeypatch):
    lock = workspace.root / "requirements/run.txt"
    lock.write_text(lock.read_text().replace("click==", "click==99."))
    assert found(doctor.packages, workspace) == {"packages": "less packages-other"}
    gone = raises(importlib.metadata.PackageNotFoundError("rich"))
    monkeypatch.setattr(importlib.metadata, "version", gone)
    assert found(doctor.packages, workspace) == {"packages": "no packages-missing"}


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({"LANG": "C.UTF-8"}, "encoding-ok"),
        ({"LC_CTYPE": "UTF-8"}, "encoding-ok"),
        ({"LANG": "C"}, "encoding-c"),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, "encoding-c"),  # as Python leaves it
        ({"LC_ALL": "POSIX", "LANG": "zh_CN.UTF-8"}, "encoding-c"),
        ({}, "encoding-c"),
    ],
)
def test_locale(workspace, monkeypatch, settings, key):
    for name in ("LC_ALL", "LC_CTYPE", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert found(doctor.encoding, workspace)["encoding"].split()[1] == key


def test_a_console_that_is_not_utf_8(workspace):
    with open(os.devnull, "w", encoding="ascii") as console, contextlib.redirect_stdout(console):
        assert found(doctor.encoding, workspace) == {"encoding": "less encoding-no"}


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({}, "ok terminal-ok"),
        ({"TERM": "dumb"}, "less terminal-dumb"),
        ({"COLUMNS": "60"}, "less terminal-small"),
        ({"NO_COLOR": "1"}, "ok terminal-plain"),
    ],
)
def test_terminal(workspace, monkeypatch, settings, key):
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in ({"TERM": "xterm", "COLUMNS": "80", "LINES": "24"} | settings).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    assert found(doctor.terminal, workspace) == {"terminal": key}


def test_no_pseudo_terminal(workspace, monkeypatch):
    monkeypatch.setattr(os, "openpty", raises(OSError(2, "No such file or directory")))
    assert found(doctor.pseudo_terminal, workspace) == {"pty": "no pty-no"}


@pytest.mark.parametrize("most", [1024, 100])
def test_few_open_files(workspace, most):
    """In a process of its own: a hard limit that was lowered stays so."""
    code = (
        "from looplab import doctor; from looplab.workspace import Workspace; "
        "from pathlib import Path; print(*[f.state for f in doctor.open_files(Workspace(Path()))])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(course.ROOT / "src")},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, most)),
    )
    assert done.stdout.split() == ["less" if most == 1024 else "no"], done.stderr


@pytest.mark.parametrize(
    ("room", "key"),
    [(None, "ok processes-free"), (90, "ok processes-ok"), (9, "less processes-few"), (1, "no ")],
)
def test_few_processes(workspace, monkeypatch, room, key):
    monkeypatch.setattr(doctor, "_room_for_processes", lambda: room)
    assert found(doctor.processes, workspace)["processes"].startswith(key)


def test_a_loopback_that_is_forbidden_or_swallowed(workspace, monkeypatch):
    monkeypatch.setattr(socket, "create_connection", raises(TimeoutError()))
    assert found(doctor.loopback, workspace) == {"loopback": "no loopback-silent"}
    forbidden = PermissionError(1, "Operation not permitted")
    monkeypatch.setattr(socket, "create_server", raises(forbidden))
    assert found(doctor.loopback, workspace) == {"loopback": "no loopback-no"}


def test_few_ephemeral_ports(workspace, monkeypatch):
    monkeypatch.setattr(Path, "read_text", lambda _: "40000\t40999\n")
    assert found(doctor.ports, workspace) == {"ports": "less ports-few"}


def test_a_proc_that_tells_nothing(workspace, monkeypatch):
    monkeypatch.setattr(doctor, "MOMENT", 0.05)
    with monkeypatch.context() as patch:
        patch.setattr(doctor.proc, "asleep", lambda pids: None)
        assert found(doctor.stuck_detector, workspace) == {"stuck": "less stuck-blind"}
    with monkeypatch.context() as patch:
        patch.setattr(doctor.proc, "asleep", lambda pids: ("asleep",))
        patch.setattr(doctor.proc, "cpu", lambda pids: doctor.proc.Cpu(0.0, 0.0))
        assert found(doctor.stuck_detector, workspace) == {"stuck": "less stuck-no-cpu"}
    monkeypatch.setattr(doctor.proc, "LINUX", False)
    assert found(doctor.stuck_detector, workspace) == {"stuck": "less stuck-other"}


def test_folders_that_cannot_be_written(workspace, monkeypatch):
    assert set(found(doctor.writable, workspace).values()) == {"ok lessons-ok", "ok memory-ok"}
    denied = PermissionError(13, "Permission denied")
    monkeypatch.setattr(tempfile, "NamedTemporaryFile", raises(denied))
    states = {"lessons": "no lessons-closed", "memory": "less memory-closed"}
    assert found(doctor.writable, workspace) == states
    assert found(doctor.file_events, workspace) == {"events": "less events-unasked"}


def test_file_events(workspace, monkeypatch):
    assert found(doctor.file_events, workspace) == {"events": "ok events-ok"}
    with monkeypatch.context() as patch:
        patch.setattr(doctor, "_event_comes", lambda folder: False)
        assert found(doctor.file_events, workspace) == {"events": "less events-none"}
        patch.setattr(doctor, "_event_comes", raises(OSError("OS file watch limit reached.")))
        assert found(doctor.file_events, workspace) == {"events": "less events-limit"}
    monkeypatch.setattr(doctor, "WSL", True)
    monkeypatch.setattr(workspace, "root", Path("/mnt/c/looplab"))
    assert found(doctor.file_events, workspace) == {"events": "less events-mnt"}


@pytest.mark.parametrize(("mb", "state"), [(5000, "ok"), (100, "less"), (1, "no")])
def test_disk(workspace, monkeypatch, mb, state):
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: Usage(0, 0, mb << 20))
    assert {one.split()[0] for one in found(doctor.disk, workspace).values()} == {state}


def test_a_clock_that_is_wrong(workspace, monkeypatch):
    lock = workspace.root / "requirements/run.txt"
    year = 365 * 86400
    os.utime(lock, (lock.stat().st_mtime + year,) * 2)
    assert found(doctor.clock, workspace) == {"clock": "less clock-behind"}
    now = doctor.time.time()
    monkeypatch.setattr(doctor.time, "time", lambda: now - year)
    assert found(doctor.clock, workspace) == {"clock": "less clock-disk"}


def test_an_update_that_was_cut_short(workspace):
    assert found(doctor.last_update, workspace) == {}
    folder = workspace.folder / "update"
    folder.mkdir(parents=True)
    journal = {"files": {"lessons/a.py": {"kept": ".looplab/backup/a.py"}}}
    (folder / "journal.json").write_text(json.dumps(journal))
    assert found(doctor.last_update, workspace) == {"update": "less update-cut"}


def test_tools_that_are_missing(workspace, monkeypatch):
    monkeypatch.setattr(doctor.shutil, "which", lambda name: None)
    monkeypatch.setattr(doctor.webbrowser, "get", raises(doctor.webbrowser.Error()))
    states = found(doctor.tools, workspace)
    assert set(states) == {"git", "talk", "tmux", "uv", "browser", "chromium"}
    assert all(state.startswith("less") for state in states.values())
    monkeypatch.setattr(doctor.shutil, "which", lambda name: name == "brew" or None)
    assert doctor.install_command() == "brew install"


def test_a_probe_that_breaks_is_a_line_and_no_end(workspace, monkeypatch):
    def bad(workspace):
        raise RuntimeError("a bad probe")
        yield

    monkeypatch.setattr(doctor, "PROBES", (bad, doctor.ports))
    states = found(doctor.examine, workspace)
    assert states == {"doctor": "less broken", "ports": "ok ports-ok"}


def test_every_sentence_is_used():
    text = Path(doctor.__file__).read_text() + "end-ok end-less end-no"
    for key in TABLE:
        stem = key.removesuffix("-cure").removesuffix("-macos").removesuffix("-none")
        assert stem in text, key


@LANGS
def test_one_screen(house, lang):
    child = house.spawn("doctor", lang=lang)
    child.expect_exact(messages.sentence(lang, "doctor", "events"))
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    done = house.run("doctor", lang=lang, COLUMNS="80", PYTHONIOENCODING="utf-8")
    assert done.returncode == 0 and not done.stderr
    lines = done.stdout.splitlines()
    assert max(map(cell_len, lines)) <= 80
    assert all(re.match("[✓!] |  ", line) for line in lines[:-1])


def test_json_and_a_machine_that_will_not_do(house):
    """No program can be checked where lessons/ cannot be written."""
    done = house.run("doctor", "--json", PYTHONDONTWRITEBYTECODE="1")
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert all({"probe", "state", "key", "text", "cure"} <= set(one) for one in records)
    assert all((one["cure"] is None) == (one["state"] == "ok") for one in records)
    words = [sys.executable, "-P", "-m", "looplab.cli", "doctor"]
    done = subprocess.run(
        words,
        capture_output=True,
        text=True,
        cwd=house.root,
        env=house.environment("zh"),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (200, 200)),
    )
    assert done.returncode == 1 and "✗" in done.stdout and "--nofile=4096" in done.stdout
