"""Runs the checks of some exercises on some folder and yields a record for each, as they happen."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
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
    worker = _spare.pop() if _spare else Worker()
    worker.run(
        [
            *("-q", "--noconftest", "--capture=no", "--tb=short", "--assert=plain"),
            *("-p", "looplab.checks.plugin", "-p", "no:cacheprovider"),
            *("-c", os.devnull, f"--rootdir={root}", str(root / "tests" / f"test_{lesson}.py")),
            *(f"--target={target.resolve()}", f"--records-fd={worker.records_fd}"),
            *(f"--exercise={exercise.id}" for exercise in exercises),
            *([f"--seed={seed}"] if seed is not None else []),
        ]
    )
    try:
        for record in worker.records():
            pair = (record["exercise"], record["check"])
            if pair in expected:
                expected.remove(pair)
            yield record
            if to_first_failure and record["outcome"] == "failed":
                expected.clear()
            if not expected:
                break  # its program is gone by then: pytest's own end is not waited for
    finally:
        worker.end(finished=not expected)
    for exercise_id, check_id in expected:
        yield {
            "exercise": exercise_id,
            "check": check_id,
            "outcome": "our-fault",
            "seconds": 0.0,
            "seed": seed,
            "engine": "target",
            "error": f"pytest ended with status {worker.status} and left no record\n{worker.said}",
        }


class Worker:
    """A pytest process: started at once, told later what to run, read record by record."""

    def __init__(self) -> None:
        # A socket and no pipe: /proc would let the program open a pipe again, and write records.
        self._records, write_end = socket.socketpair()
        self.records_fd = write_end.fileno()
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  closed by end()
        self._child = subprocess.Popen(
            [sys.executable, "-P", "-m", "looplab.checks.worker"],
            stdin=subprocess.PIPE,
            stdout=self._log,
            stderr=self._log,
            pass_fds=(self.records_fd,),
            env=_environment(),
        )
        write_end.close()
        self.status: int | None = None
        self.said = ""  # the end of what pytest printed

    def run(self, arguments: list[str]) -> None:
        assert self._child.stdin is not None
        with contextlib.suppress(BrokenPipeError), self._child.stdin as pipe:
            pipe.write(json.dumps(arguments).encode() + b"\n")

    def records(self) -> Iterator[Record]:
        with self._records, self._records.makefile("r", encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)

    def end(self, finished: bool) -> None:
        """Wait for its end; `finished`: nothing more is wanted of it."""
        if finished:
            self._child.kill()
        elif sys.exc_info()[0] is not None:
            self._child.send_signal(signal.SIGINT)  # pytest then ends the learner's program too
        try:
            self._child.wait(10)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        self.status = self._child.returncode
        self._log.seek(0)
        self.said = self._log.read().decode("utf-8", "replace")[-4000:]
        self._log.close()


_spare: list[Worker] = []


def warm() -> None:
    """Start a worker now; the next `judge` takes it. Without one it ends with this process."""
    _spare.append(Worker())


def _environment() -> dict[str, str]:
    """Nothing from outside may change how the checks run: this package judges, and no plugin."""
    drop = ("PYTEST_", "PYTHON")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(drop)}
    return kept | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(SOURCES)}
