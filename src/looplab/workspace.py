"""The learner's files: what is passed, what was answered, and copies of everything that is
replaced.

All of it lies in `.looplab/` beside lessons/. Nothing here prints; what went wrong is raised or
returned.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from looplab import skeleton
from looplab.course import Course, Exercise


@dataclass
class Progress:
    """What is kept between two commands."""

    passed: dict[str, str] = field(default_factory=dict)  # exercise -> when (ISO)
    answers: dict[str, int] = field(default_factory=dict)  # question -> choice, 1 is the first
    revealed: list[str] = field(default_factory=list)  # questions whose answer was shown
    hints: dict[str, int] = field(default_factory=dict)  # exercise -> how many were shown
    lang: str = ""
    welcomed: bool = False


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

    def backup_path(self, exercise: Exercise) -> Path:
        """Where the learner's present version would be kept."""
        path = Path(exercise.path)
        return self.folder / "backup" / path.parent / f"{path.stem}.{_stamp()}{path.suffix}"

    def reset(self, exercise: Exercise, start: str, backup: Path) -> None:
        """Put the start file in place, the learner's version at `backup` first. Raises OSError."""
        path = self.file(exercise)
        if path.is_dir():
            backup.parent.mkdir(parents=True, exist_ok=True)
            os.replace(path, backup)
        elif path.exists():
            backup.parent.mkdir(parents=True, exist_ok=True)
            write(backup, path.read_bytes())
        write(path, start)


def start_text(course: Course, exercise: Exercise) -> str:
    """The start file of an exercise, made from the reference or from the program to repair."""
    solution = (course.root / "solutions" / exercise.path).read_text("utf-8")
    start = ""
    if exercise.kind == "repair":
        start = (course.root / "tests" / "wrong" / exercise.lesson / exercise.start).read_text(
            "utf-8"
        )
    return skeleton.start_file(exercise, solution, start)


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


def _stamp() -> str:
    return f"{time.strftime('%Y%m%d-%H%M%S')}-{time.time_ns() % 1000:03d}"
