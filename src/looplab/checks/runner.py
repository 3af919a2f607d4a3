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
    again: bool = False,
) -> Iterator[Record]:
    """Judge `target` (laid out like lessons/). One record for every check of every exercise, in
    order.

    `to_first_failure` ends a lesson with the first check that does not pass; `again` says that more
    will be judged, so that pytest is kept warm.
    A check that leaves no record has failed for our fault, and the record says what pytest printed.
    """
    by_lesson: dict[str, list[Exercise]] = {}
    for exercise in exercises:
        by_lesson.setdefault(exercise.lesson, []).append(exercise)
    for n, (lesson, some) in enumerate(by_lesson.items(), 1):
        worker = _take()
        expected = [(exercise.id, check.id) for exercise in some for check in exercise.checks]
        arguments = [
            *("-q", "--noconftest", "--capture=no", "--tb=short", "--assert=plain"),
            *("-p", "looplab.checks.plugin", "-p", "no:cacheprovider", "-c", os.devnull),
            *(f"--rootdir={course.root}", str(course.root / "tests" / f"test_{lesson}.py")),
            *(f"--target={target.resolve()}", f"--records-fd={worker.records_fd}"),
            *(f"--exercise={exercise.id}" for exercise in some),
            *([f"--seed={seed}"] if seed is not None else []),
            *(["-x"] if to_first_failure else []),
        ]
        keep = again or n < len(by_lesson)
        try:
            for record in worker.run(arguments):
                pair = (record["exercise"], record["check"])
                if pair in expected:
                    expected.remove(pair)
                yield record
                if to_first_failure and record["outcome"] == "failed":
                    expected.clear()
                if not expected and not keep:
                    break  # its program is gone by then: pytest's own end is not waited for
        except BaseException:
            worker.stop()
            raise
        yield from (_lost(*pair, seed, worker) for pair in expected)
        if keep:
            _idle.append(worker)
        else:
            worker.kill()


def _lost(exercise_id: str, check_id: str, seed: int | None, worker: Worker) -> Record:
    return {
        "exercise": exercise_id,
        "check": check_id,
        "outcome": "our-fault",
        "seconds": 0.0,
        "seed": seed,
        "engine": "target",
        "error": f"pytest ended with status {worker.status} and left no record\n{worker.said()}",
    }


class Worker:
    """A process in which pytest is imported: told what to run, read record by record."""

    def __init__(self) -> None:
        # A socket and no pipe: /proc would let the program open a pipe again, and write records.
        ours, theirs = socket.socketpair()
        self.records_fd = theirs.fileno()
        self._lines = ours.makefile("r", encoding="utf-8")
        ours.close()  # the file keeps it open
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  as long as the process
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "looplab.checks.worker"],
            stdin=subprocess.PIPE,
            stdout=self._log,
            stderr=self._log,
            pass_fds=(self.records_fd,),
            env=_environment(),
            process_group=0,  # Ctrl-C is for the command, which then stops this one
        )
        theirs.close()
        self.status: int | None = None  # of the last job

    def run(self, arguments: list[str]) -> Iterator[Record]:
        """Run pytest with these arguments; its records, to the end of the job."""
        assert self._process.stdin is not None
        self.status = None
        job = {"arguments": arguments, "records": self.records_fd}
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(job).encode() + b"\n")
            self._process.stdin.flush()
        for line in self._lines:
            record = json.loads(line)
            if "end" in record:
                self.status = record["end"]
                return
            yield record

    def said(self) -> str:
        """The end of what pytest printed."""
        self._log.seek(0)
        return self._log.read().decode("utf-8", "replace")[-4000:]

    def stop(self) -> None:
        """End it in the middle of a job: pytest is given time to end the learner's program."""
        self._process.send_signal(signal.SIGINT)
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


_idle: list[Worker] = []  # they end with this process, when their input does


def _take() -> Worker:
    try:
        return _idle.pop()
    except IndexError:
        return Worker()


def warm() -> None:
    """Start a worker now; the next `judge` takes it."""
    _idle.append(Worker())


def _environment() -> dict[str, str]:
    """Nothing from outside may change how the checks run: this package judges, and no plugin."""
    drop = ("PYTEST_", "PYTHON")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(drop)}
    return kept | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(SOURCES)}
