"""A run that is stopped, at any moment: its program ends, and the next run is not hurt."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest
from conftest import running

from looplab import course
from looplab.checks import proc
from looplab.checks.runner import Run

COURSE = course.load()
RIGHT = COURSE.root / "solutions"


def outcomes(run: Run) -> set[str]:
    return {record["outcome"] for record in run}


def a_run(target) -> Run:
    return Run(COURSE, [COURSE.exercise("02.0")], target, again=True)


def test_a_run_that_is_over_may_be_stopped_still():
    over = a_run(RIGHT)
    assert outcomes(over) == {"passed"}
    over.stop()  # the next run has its worker by now
    assert outcomes(a_run(RIGHT)) == {"passed"}


@pytest.mark.parametrize("seconds", [0.0, 0.02, 0.1, 0.3, 1.0])
def test_a_run_is_stopped_wherever_it_is(tmp_path, seconds):
    path = tmp_path / "02_select/hello.py"
    path.parent.mkdir()
    path.write_text("import time\ntime.sleep(1000)\n")
    run, found = a_run(tmp_path), []
    follower = threading.Thread(target=lambda: found.extend(run))
    follower.start()
    began = time.monotonic()
    while follower.is_alive() and time.monotonic() < began + seconds:
        follower.join(0.01)
    run.stop()
    follower.join(30)
    assert not follower.is_alive() and not running(tmp_path)
    assert not [record for record in found if record["outcome"] == "our-fault"]
    assert outcomes(a_run(RIGHT)) == {"passed"}


@pytest.mark.skipif(not proc.LINUX, reason="the kernel's part in this is Linux's")
def test_a_pytest_that_is_killed_takes_its_program_along(tmp_path):
    path = tmp_path / "02_select/hello.py"
    path.parent.mkdir()
    path.write_text("import time\ntime.sleep(1000)\n")
    run, found = a_run(tmp_path), []
    follower = threading.Thread(target=lambda: found.extend(run))
    follower.start()
    while not running(tmp_path):
        assert follower.is_alive()
        time.sleep(0.01)
    program = next(pid for pid in proc.tree(os.getpid()) if str(path).encode() in command(pid))
    os.kill(parent(program), signal.SIGKILL)
    follower.join(30)
    end = time.monotonic() + 30
    while running(tmp_path) and time.monotonic() < end:
        time.sleep(0.01)
    assert not running(tmp_path)
    assert {record["outcome"] for record in found} == {"our-fault"}


def command(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
