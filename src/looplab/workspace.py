"""The learner's files: what is passed, what was answered, and copies of everything that is
replaced.

All of it lies in `.looplab/` beside lessons/. Nothing here prints; what went wrong is raised or
returned.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from looplab import skeleton
from looplab.course import Course, Exercise

WHYS = ("reset", "update", "checkpoint", "passed")  # what a version is kept at


@dataclass
class Progress:
    """What is kept between two commands."""

    passed: dict[str, str] = field(default_factory=dict)  # exercise -> when (ISO)
    answers: dict[str, int] = field(default_factory=dict)  # question -> choice, 1 is the first
    revealed: list[str] = field(default_factory=list)  # questions whose answer was shown
    hints: dict[str, int] = field(default_factory=dict)  # exercise -> how many were shown
    lang: str = ""
    welcomed: bool = False


@dataclass(frozen=True)
class Version:
    """An earlier text of a learner's file. `n` counts from 1, the oldest, and never changes."""

    n: int
    path: Path
    when: str  # 2026-11-23 09:04:10
    why: str  # one of WHYS


class Workspace:
    """The learner's side of a course below `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / ".looplab"
        self.lessons = root / "lessons"
        self.kept_aside: Path | None = None  # a progress file that could not be read
        self._seen = 0  # when the progress file was written that was read last
        self.progress = Progress()
        self.refresh()

    @property
    def _path(self) -> Path:
        return self.folder / "progress.json"

    def refresh(self) -> None:
        """Read the progress again if another command has written it since."""
        if (written := self._written()) not in (0, self._seen):
            self._seen = written
            self.progress = self._load()

    def _written(self) -> int:
        try:
            return self._path.stat().st_mtime_ns
        except OSError:
            return 0

    def _load(self) -> Progress:
        try:
            data = json.loads(self._path.read_text("utf-8"))
            progress = Progress(**data)
            if not all(
                isinstance(getattr(progress, name), type(value))
                for name, value in asdict(Progress()).items()
            ):
                raise ValueError("a value of the wrong kind")
            return progress
        except (FileNotFoundError, NotADirectoryError):
            return Progress()
        except (ValueError, TypeError, OSError):
            self.kept_aside = self._path.with_name(f"progress.corrupt-{_stamp()}.json")
            with contextlib.suppress(OSError):
                os.replace(self._path, self.kept_aside)
            return Progress()

    def save(self) -> None:
        """Keep the progress. Raises OSError."""
        self.folder.mkdir(exist_ok=True)
        write(self._path, json.dumps(asdict(self.progress), ensure_ascii=False, indent=1) + "\n")
        self._seen = self._written()

    def mark(self, exercise_id: str, passed: bool) -> None:
        """What passed is passed; what was and no longer passes is open again."""
        if passed:
            self.progress.passed.setdefault(exercise_id, time.strftime("%Y-%m-%dT%H:%M:%S"))
        else:
            self.progress.passed.pop(exercise_id, None)

    def keep_failure(self, exercise_id: str, record: dict[str, Any] | None) -> None:
        """Remember the record of the first check that failed, for `replay`; None: nothing failed.

        Raises OSError.
        """
        path = self._failure_path(exercise_id)
        if record is None:
            path.unlink(missing_ok=True)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, json.dumps(record, ensure_ascii=False) + "\n")

    def failure(self, exercise_id: str) -> dict[str, Any] | None:
        """The record that was kept last for this exercise, or None if it passed or never ran."""
        try:
            record = json.loads(self._failure_path(exercise_id).read_text("utf-8"))
        except (OSError, ValueError):
            return None
        return record if isinstance(record, dict) else None

    def _failure_path(self, exercise_id: str) -> Path:
        return self.folder / "failed" / f"{exercise_id}.json"

    def file(self, exercise: Exercise) -> Path:
        return self.lessons / exercise.path

    # -- earlier versions; `path` is that of an exercise or of any file below lessons/

    def versions(self, path: str) -> list[Version]:
        """Every version of a file that was kept, newest first."""
        own = self.folder / "backup" / path
        stem, suffix = re.escape(own.stem), re.escape(own.suffix)
        name = re.compile(rf"{stem}\.(\d{{8}}-\d{{6}}-\d+)(?:\.({'|'.join(WHYS)}))?{suffix}")
        found = sorted(
            (match[1], file, match[2] or "reset")  # at first only reset kept versions, unnamed
            for file in own.parent.glob("*")
            if (match := name.fullmatch(file.name)) and file.is_file()
        )
        versions = [
            Version(n, file, time.strftime("%Y-%m-%d %H:%M:%S", _when(stamp)), why)
            for n, (stamp, file, why) in enumerate(found, 1)
        ]
        return versions[::-1]

    def keep(self, path: str, why: str, text: bytes | None = None) -> Path:
        """Keep the present text of a file, or `text`; where it lies is returned. Raises OSError.

        A text that was kept before is not kept again, but for the first time that it passed.
        """
        data = (self.lessons / path).read_bytes() if text is None else text
        equal = [v for v in self.versions(path) if v.path.read_bytes() == data]
        if equal and (why != "passed" or any(v.why == why for v in equal)):
            return equal[0].path
        kept = self._free_name(path, why)
        write(kept, data)
        return kept

    def put(self, path: str, text: str | bytes, why: str) -> Path | None:
        """Replace a file; what stood there is kept first, and where is returned. Raises OSError."""
        file, kept = self.lessons / path, None
        if file.is_dir():
            kept = self._free_name(path, why)
            os.replace(file, kept)
        elif file.exists():
            kept = self.keep(path, why)
        write(file, text)
        return kept

    def _free_name(self, path: str, why: str) -> Path:
        own = self.folder / "backup" / path
        own.parent.mkdir(parents=True, exist_ok=True)
        while True:
            name = own.with_name(f"{own.stem}.{_stamp()}.{why}{own.suffix}")
            if not name.exists():
                return name


def start_text(course: Course, exercise: Exercise) -> str:
    """The start file of an exercise, made from the reference or from the program to repair."""
    solution = (course.root / "solutions" / exercise.path).read_text("utf-8")
    start = ""
    if exercise.kind == "repair":
        start = (course.root / "tests" / "wrong" / exercise.lesson / exercise.start).read_text(
            "utf-8"
        )
    return skeleton.start_file(course.sharing(exercise), solution, start)


def write(path: Path, content: str | bytes) -> None:
    """Replace a file whole or not at all. Raises OSError."""
    data = content.encode() if isinstance(content, str) else content
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(name, path.stat().st_mode & 0o777 if path.exists() else 0o644)
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


_SECONDS = "%Y%m%d-%H%M%S"


def _stamp() -> str:
    now = time.time_ns()
    microseconds = now // 1000 % 1_000_000
    return f"{time.strftime(_SECONDS, time.localtime(now / 1e9))}-{microseconds:06d}"


def _when(stamp: str) -> time.struct_time:
    try:
        return time.strptime(stamp.rpartition("-")[0], _SECONDS)
    except ValueError:  # a name that somebody else gave
        return time.gmtime(0)
