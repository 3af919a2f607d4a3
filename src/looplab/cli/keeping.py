"""The learner's files: the start file again, earlier versions, the reference beside them, a
checkpoint."""

from __future__ import annotations

import contextlib
import difflib
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from looplab.checks.setting import holes_before
from looplab.cli.screen import FAILED, Screen
from looplab.course import ENGINE, Exercise
from looplab.skeleton import NOT_PYTHON, HoleError, differing, function_source, lay_in_file
from looplab.workspace import start_text


def reset(
    screen: Screen, exercise: Exercise, yes: bool, to: int | None, whole: bool = False
) -> None:
    """The start file, or the learner's version number `to`; what stands there is kept first.

    Of a file whose holes exercises share, only this one's are made empty again, unless the `whole`
    of it is meant.
    """
    workspace = screen.workspace
    path, names = workspace.file(exercise), _names(screen, exercise)
    key, part = "reset", not whole and to is None and path.is_file()
    if to is not None:
        version = next((v for v in workspace.versions(exercise.path) if v.n == to), None)
        if version is None:
            screen.fail("version-none", f"./looplab reset {exercise.id} --list", n=to, **names)
        key, text = "version", version.path.read_bytes()
        names |= {"n": to, "when": version.when}
    elif part and _is_part(screen, exercise):
        key, text = "reset-part", _emptied(screen, exercise, path.read_bytes())
    else:
        text = start_text(screen.course, exercise).encode()
    if path.is_file() and path.read_bytes() == text:
        screen.tell(f"{key}-same", **names)
        return
    sure = yes or not path.exists()
    if not sure and not click.confirm(screen.say(f"{key}-ask", **names), default=False):
        screen.tell("reset-no")
        return
    kept = _put(screen, exercise.path, text, "reset")
    for one in [exercise] if key == "reset-part" else screen.course.sharing(exercise):
        workspace.mark(one.id, False)
    screen.save()
    screen.tell(f"{key}-done", **names)
    if kept is not None:
        screen.tell("kept", path=kept.relative_to(workspace.root))


def _is_part(screen: Screen, exercise: Exercise) -> bool:
    """Whether functions of the file are this exercise's and others another's. What several
    exercises repair belongs whole to each of them."""
    return exercise.kind == "holes" and len(screen.course.sharing(exercise)) > 1


def _names(screen: Screen, exercise: Exercise) -> dict[str, Any]:
    """What a sentence about a file and an exercise calls them."""
    holes = screen.list_of(f"`{name}`" for name in exercise.holes)
    return {"file": f"lessons/{exercise.path}", "id": exercise.id, "holes": holes}


def _emptied(screen: Screen, exercise: Exercise, text: bytes) -> bytes:
    """The learner's text with the holes of this exercise as they were at first."""
    start = start_text(screen.course, exercise)
    try:
        return lay_in_file(text, start, exercise.holes)
    except (HoleError, *NOT_PYTHON) as error:
        _not_to_be_filled(screen, exercise.path, error)


def _not_to_be_filled(screen: Screen, path: str, error: BaseException) -> NoReturn:
    """The learner's file is no Python, or a class is gone: its functions cannot be told apart."""
    screen.fail(
        "no-parts",
        f"./looplab reset {path}",
        f"./looplab reset {path} --list",
        file=f"lessons/{path}",
        error=error.args[0] if error.args else error,
    )


def _put(screen: Screen, path: str, text: str | bytes, why: str) -> Path | None:
    """Replace a file of lessons/; where what stood there is kept."""
    try:
        return screen.workspace.put(path, text, why)
    except OSError as error:
        screen.fail(
            "unwritable",
            screen.say("unwritable-next"),
            file=error.filename or screen.workspace.lessons / path,
            error=error.strerror or error,
        )


def checkpoint(screen: Screen, what: str) -> None:
    """The engine's holes of the lessons before this one as the reference has them; the learner's
    version is kept, and where is told."""
    course, workspace = screen.course, screen.workspace
    found = course.find(what)
    lesson = found[0].lesson if found else course.find_lesson(what).key
    holes, path = holes_before(course, lesson), workspace.lessons / ENGINE
    names: dict[str, Any] = {"file": f"lessons/{ENGINE}", "lesson": lesson[:2]}
    if not holes:
        screen.fail("checkpoint-none", screen.say("see-list"), **names)
    first = course.before(lesson)[0]
    reference = (course.root / "solutions" / ENGINE).read_text("utf-8")
    try:
        text = path.read_bytes() if path.exists() else start_text(course, first).encode()
        filled = lay_in_file(text, reference, holes)
        changed = differing(text.decode("utf-8-sig"), filled.decode("utf-8-sig"), holes)
    except OSError as error:
        screen.fail("unwritable", file=path, error=error.strerror or error)
    except (HoleError, *NOT_PYTHON) as error:
        _not_to_be_filled(screen, ENGINE, error)
    if path.exists() and not changed:
        screen.tell("checkpoint-same", **names)
        return
    kept = _put(screen, ENGINE, filled, "checkpoint")
    screen.tell("checkpoint-done", n=len(changed), **names)
    if kept is not None:
        screen.tell("kept", path=kept.relative_to(workspace.root))
        version = next(v for v in workspace.versions(ENGINE) if v.path == kept)
        screen.tell("checkpoint-back", file=ENGINE, n=version.n)
    screen.tell("checkpoint-next", **names)


def versions(screen: Screen, exercise: Exercise) -> None:
    """The earlier versions of an exercise's file, newest first."""
    from rich.table import Table

    report, found = screen.report(), screen.workspace.versions(exercise.path)
    if not found:
        screen.tell("versions-none", file=f"lessons/{exercise.path}")
        return
    folder = found[0].path.parent.relative_to(screen.workspace.root)
    report.line(screen.say("versions", file=f"lessons/{exercise.path}", folder=folder), "bold")
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(justify="right")
    for version in found:
        why = screen.say(f"version-{version.why}")
        grid.add_row(f"  {version.n}", version.when, why, version.path.name)
    report.console.print(grid)
    report.line(screen.say("version-next", id=exercise.id, n=found[0].n), "dim")


def diff(screen: Screen, exercise: Exercise, spoil: bool) -> None:
    """From the learner's file to the reference, as a unified diff; of a file that exercises share,
    only the functions of this one."""
    if exercise.id not in screen.workspace.progress.passed and not spoil:
        screen.fail("diff-not-yet", f"./looplab check {exercise.id}", status=FAILED, id=exercise.id)
    mine_path = screen.workspace.file(exercise)
    mine = mine_path.read_text("utf-8", "replace") if mine_path.is_file() else ""
    reference = (screen.course.root / "solutions" / exercise.path).read_text("utf-8")
    if _is_part(screen, exercise):
        with contextlib.suppress(*NOT_PYTHON):  # then the whole of it
            mine, reference = (_functions(one, exercise) for one in (mine, reference))
    lines = list(
        difflib.unified_diff(
            mine.splitlines(),
            reference.splitlines(),
            f"lessons/{exercise.path}",
            f"solutions/{exercise.path}",
            lineterm="",
        )
    )
    if not lines:
        screen.tell("diff-same")
        return
    console = screen.report().console
    for line in lines:
        style = {"+": "green", "-": "red", "@": "cyan"}.get(line[0], "")
        console.print(line, style=style, markup=False, soft_wrap=True)
    sys.stdout.flush()


def _functions(source: str, exercise: Exercise) -> str:
    """The functions of an exercise alone, one after the other."""
    parts = []
    for name in exercise.holes:
        with contextlib.suppress(HoleError):  # one that the learner took out
            parts.append(function_source(source.removeprefix("\ufeff"), name))
    return "\n".join(parts)
