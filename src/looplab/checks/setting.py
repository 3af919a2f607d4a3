"""What a check is about: which file, what is started, and whose engine its programs import."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from looplab.course import ENGINE, Course, Exercise
from looplab.skeleton import NOT_PYTHON, HoleError, lay_in_file


@dataclass(frozen=True)
class Setting:
    """What a check is about: the learner's file, its forbidden imports, the seed, this machine's
    pace; and, where asyncore is imported, what is started and the engine's folder."""

    path: Path
    forbidden: tuple[str, ...]
    seed: str
    scale: float  # 1.0 on an idle machine; limits are multiplied by it
    program: Path | None = None  # what is started, if not `path`: it drives the engine
    programs: Path | None = None  # where others lie that a check may start by name
    engine: Path | None = None  # the folder with the asyncore.py that is imported

    @property
    def started(self) -> Path:
        return self.program or self.path

    @property
    def own(self) -> Path:
        """The file (of the engine) or the folder whose code is the learner's."""
        return self.path if self.program else self.path.parent


def setting_for(
    course: Course, exercise: Exercise, target: Path, seed: str = "", scale: float = 1.0
) -> Setting:
    """For an exercise on `target`, laid out like lessons/, on that folder's own engine."""
    target = Path(os.path.abspath(target))  # as Python names the files of a module path
    setting = Setting(
        path=target / exercise.path,
        forbidden=course.lesson(exercise.lesson).forbidden,
        seed=seed,
        scale=scale,
        programs=(programs := course.root / "tests" / "programs"),
    )
    if not exercise.runs_on_engine:
        return setting
    program = programs / f"{exercise.program}.py" if exercise.on_engine else None
    return replace(setting, program=program, engine=target)


def on_reference(
    course: Course, exercise: Exercise, setting: Setting, folder: Path
) -> Setting | None:
    """The same exercise where what earlier lessons left in the engine is the reference's.

    Of an exercise of the engine this is the learner's file with the holes of earlier lessons filled
    (it is written into `folder`); of a program that imports it, the whole reference. None where
    there is no earlier lesson, where it comes to the same, or where the file cannot be filled.
    """
    if setting.engine is None or not course.before(exercise.lesson):
        return None
    reference = course.root / "solutions" / ENGINE
    try:
        text, mine = reference.read_text("utf-8"), setting.engine / ENGINE
        if not exercise.on_engine:
            same = mine.is_file() and mine.read_bytes() == text.encode()
            return None if same else replace(setting, engine=reference.parent)
        before = mine.read_bytes()
        filled = lay_in_file(before, text, holes_before(course, exercise.lesson))
    except (OSError, HoleError, *NOT_PYTHON):
        return None
    if filled == before:
        return None
    (folder / ENGINE).write_bytes(filled)
    return replace(setting, path=folder / ENGINE, engine=folder)


def holes_before(course: Course, lesson: str) -> list[str]:
    """The engine's holes in earlier lessons."""
    return [name for exercise in course.before(lesson) for name in exercise.holes]
