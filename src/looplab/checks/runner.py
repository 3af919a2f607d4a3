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
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from queue import Queue
from typing import Any

from looplab.course import Course, Exercise

Record = dict[str, Any]
SOURCES = Path(__file__).resolve().parents[2]
AT_ONCE = min(3 * (os.cpu_count() or 1), 8)  # exercises; each may take 0.4 GB for a moment


class Run:
    """The judging of `target` (laid out like lessons/), to be iterated over once.

    One record for every check of every exercise, in order. A check that leaves no record has failed
    for our fault, and its record says what pytest printed. `to_first_failure` ends a lesson with
    the first check that does not pass; `again` says that more will be judged, so that pytest is
    kept warm.
    """

    def __init__(
        self,
        course: Course,
        exercises: Sequence[Exercise],
        target: Path,
        seed: int | None = None,
        *,
        to_first_failure: bool = False,
        again: bool = False,
    ) -> None:
        self.stopped = False
        self._course, self._target, self._seed = course, target.resolve(), seed
        self._to_first_failure, self._again = to_first_failure, again
        self._worker: Worker | None = None  # while it is this run's own, guarded by the lock
        self._lock = threading.Lock()
        self._lessons: dict[str, list[Exercise]] = {}
        for exercise in exercises:
            self._lessons.setdefault(exercise.lesson, []).append(exercise)

    def stop(self) -> None:
        """End it early, from any thread: the learner's program is ended, the records end."""
        with self._lock:
            self.stopped = True
            if self._worker is not None:
                self._worker.interrupt()

    def __iter__(self) -> Iterator[Record]:
        for n, (lesson, exercises) in enumerate(self._lessons.items(), 1):
            if not self.stopped:
                yield from self._lesson(lesson, exercises, self._again or n < len(self._lessons))

    def _lesson(self, lesson: str, exercises: list[Exercise], keep: bool) -> Iterator[Record]:
        worker = _take()
        with self._lock:
            if self.stopped:  # while it was being made
                _idle.append(worker)
                return
            self._worker = worker
        expected = [(exercise.id, check.id) for exercise in exercises for check in exercise.checks]
        try:
            for record in worker.run(self._arguments(lesson, exercises, worker.records_fd)):
                pair = (record["exercise"], record["check"])
                if pair in expected:
                    expected.remove(pair)
                yield record
                if self._to_first_failure and record["outcome"] == "failed":
                    expected.clear()
                if not expected and not keep:
                    break  # its program is gone by then: pytest's own end is not waited for
        except BaseException:
            worker.stop()
            raise
        with self._lock:
            self._worker = None  # from here on a `stop` must not meet who uses it next
        if self.stopped:
            worker.stop()
            return
        yield from (_lost(*pair, self._seed, worker) for pair in expected)
        if keep:
            _idle.append(worker)
        else:
            worker.kill()

    def _arguments(self, lesson: str, exercises: list[Exercise], records_fd: int) -> list[str]:
        root = self._course.root
        return [
            *("-q", "--noconftest", "--capture=no", "--tb=short", "--assert=plain"),
            *("-p", "looplab.checks.plugin", "-p", "no:cacheprovider", "-c", os.devnull),
            *(f"--rootdir={root}", str(root / "tests" / f"test_{lesson}.py")),
            *(f"--target={self._target}", f"--records-fd={records_fd}"),
            *(f"--exercise={exercise.id}" for exercise in exercises),
            *([f"--seed={self._seed}"] if self._seed is not None else []),
            *(["-x"] if self._to_first_failure else []),
        ]


def judge(
    course: Course,
    exercises: Sequence[Exercise],
    target: Path,
    seed: int | None = None,
    *,
    to_first_failure: bool = False,
    again: bool = False,
) -> Iterator[Record]:
    """The records of a `Run` that nobody stops."""
    run = Run(course, exercises, target, seed, to_first_failure=to_first_failure, again=again)
    return iter(run)


def judge_side_by_side(
    course: Course, exercises: Sequence[Exercise], target: Path, seed: int | None = None
) -> Iterator[Record]:
    """The same records in the same order, sooner: most checks wait, so that more exercises than
    there are cores are judged at a time. What a check measures is its own program's."""
    waiting, runs = deque(exercises), list[Run]()
    found: dict[str, Queue[Record | BaseException | None]] = {e.id: Queue() for e in exercises}

    def work(take: Callable[[], Exercise]) -> None:
        while True:
            try:
                exercise = take()
            except IndexError:
                return
            run = Run(course, [exercise], target, seed, again=True)
            runs.append(run)
            put = found[exercise.id].put
            try:
                for record in run:
                    put(record)
            except BaseException as error:
                put(error)
            put(None)

    # One of them takes what is shown next; the others begin at the end, where the long ones are.
    takes = [waiting.popleft, *[waiting.pop] * (AT_ONCE - 1)][: len(exercises)]
    threads = [threading.Thread(target=work, args=(take,), daemon=True) for take in takes]
    for thread in threads:
        thread.start()
    try:
        for exercise in exercises:
            while (record := found[exercise.id].get()) is not None:
                if isinstance(record, BaseException):
                    raise record
                yield record
    finally:
        waiting.clear()
        for run in list(runs):
            run.stop()
        for thread in threads:
            thread.join()


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

    def interrupt(self) -> None:
        """Have pytest end the learner's program and itself, without waiting for it."""
        self._process.send_signal(signal.SIGINT)

    def stop(self) -> None:
        """End it in the middle of a job: pytest is given time to end the learner's program."""
        self.interrupt()
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):  # a job that it never read
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
