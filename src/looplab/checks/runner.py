"""Runs the checks of some exercises on some folder and yields a record for each, as they happen."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from looplab.course import Course, Exercise

Record = dict[str, Any]
SOURCES = Path(__file__).resolve().parents[2]


def judge(
    course: Course,
    exercises: Sequence[Exercise],
    target: Path,
    seed: int | None = None,
    *,
    to_first_failure: bool = False,
) -> Iterator[Record]:
    """Judge `target` (laid out like lessons/). One record for every check of every exercise, in
    order.

    `to_first_failure` ends a lesson with the first check that does not pass.
    A check that leaves no record has failed for our fault, and the record says what pytest printed.
    """
    by_lesson: dict[str, list[Exercise]] = {}
    for exercise in exercises:
        by_lesson.setdefault(exercise.lesson, []).append(exercise)
    for lesson, some in by_lesson.items():
        yield from _judge_lesson(course.root, lesson, some, target, seed, to_first_failure)


def _judge_lesson(
    root: Path,
    lesson: str,
    exercises: list[Exercise],
    target: Path,
    seed: int | None,
    to_first_failure: bool,
) -> Iterator[Record]:
    expected = [(exercise.id, check.id) for exercise in exercises for check in exercise.checks]
    read_end, write_end = os.pipe()
    command = [
        *(sys.executable, "-P", "-m", "pytest", "-q", "--noconftest", "--capture=no", "--tb=short"),
        *("--assert=plain", "-p", "looplab.checks.plugin", "-p", "no:cacheprovider"),
        *("-c", os.devnull, f"--rootdir={root}", str(root / "tests" / f"test_{lesson}.py")),
        *(f"--target={target.resolve()}", f"--records-fd={write_end}"),
        *(f"--exercise={exercise.id}" for exercise in exercises),
        *([f"--seed={seed}"] if seed is not None else []),
    ]
    with tempfile.TemporaryFile() as log:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(write_end,),
            env=_environment(),
            cwd=root,
        )
        os.close(write_end)
        try:
            with open(read_end, encoding="utf-8") as records:
                for line in records:
                    record = json.loads(line)
                    pair = (record["exercise"], record["check"])
                    if pair in expected:
                        expected.remove(pair)
                    yield record
                    if to_first_failure and record["outcome"] == "failed":
                        expected.clear()
                    if not expected:
                        break  # its program is gone by then: pytest's own end is not waited for
        finally:
            _end(child, finished=not expected)
        log.seek(0)
        said = log.read().decode("utf-8", "replace")[-4000:]
    for exercise_id, check_id in expected:
        yield {
            "exercise": exercise_id,
            "check": check_id,
            "outcome": "our-fault",
            "seconds": 0.0,
            "seed": seed,
            "engine": "target",
            "error": f"pytest ended with status {child.returncode} and left no record\n{said}",
        }


def _end(child: subprocess.Popen[bytes], finished: bool) -> None:
    if finished:
        child.kill()
    elif sys.exc_info()[0] is not None:
        child.send_signal(signal.SIGINT)  # pytest then ends the learner's program too
    try:
        child.wait(10)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _environment() -> dict[str, str]:
    """Nothing from outside may change how the checks run: this package judges, and no plugin."""
    drop = ("PYTEST_", "PYTHON")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(drop)}
    return kept | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(SOURCES)}
