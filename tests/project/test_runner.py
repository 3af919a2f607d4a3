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
from looplab.checks.runner import Run, judge_side_by_side

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


SEVERAL = [COURSE.exercise(what) for what in ("02.0", "02.1", "02.2", "03.1", "06.2")]


def test_exercises_side_by_side_have_the_same_records_in_the_same_order():
    records = list(judge_side_by_side(COURSE, SEVERAL, RIGHT))
    expected = [(e.id, check.id) for e in SEVERAL for check in e.checks]
    assert [(record["exercise"], record["check"]) for record in records] == expected
    assert {record["outcome"] for record in records} == {"passed"}


def test_exercises_side_by_side_are_given_up_together(tmp_path):
    for exercise in SEVERAL:
        path = tmp_path / exercise.path
        path.parent.mkdir(exist_ok=True)
        path.write_text("import time\ntime.sleep(1000)\n")
    records = judge_side_by_side(COURSE, SEVERAL, tmp_path)
    first = next(records)
    assert (first["exercise"], first["outcome"]) == ("02.0", "failed")
    records.close()
    assert not running(tmp_path)
    assert outcomes(a_run(RIGHT)) == {"passed"}


def command(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
