"""`check`: judge programs and show the verdicts as they come."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from looplab.checks.runner import Record, judge, judge_side_by_side
from looplab.cli.screen import FAILED, OK, OURS, Screen
from looplab.course import Exercise


def check(
    screen: Screen, exercises: Sequence[Exercise], target: Path, seed: int | None, as_json: bool
) -> int:
    """Judge the exercises on `target`, print what came out, keep it if it is the learner's own.
    Exit status."""
    own = target.resolve() == screen.workspace.lessons.resolve()
    judged = {e.id: source(screen.workspace.file(e)) for e in exercises} if own else {}
    before = set(screen.workspace.progress.passed) if own else set()
    how = judge if len(exercises) == 1 else judge_side_by_side
    records = _compared(how(screen.course, exercises, target, seed), before)
    by_exercise: dict[str, list[Record]] = {exercise.id: [] for exercise in exercises}
    show = _as_json(records) if as_json else _as_text(screen, exercises, records)
    for record in show:
        by_exercise[record["exercise"]].append(record)
    outcomes = {record["outcome"] for some in by_exercise.values() for record in some}
    if own:
        for exercise in exercises:
            remember(screen, exercise, by_exercise[exercise.id], judged[exercise.id])
        screen.save()
    if "our-fault" in outcomes:
        return OURS
    return FAILED if "failed" in outcomes else OK


def _compared(records: Iterable[Record], before: set[str]) -> Iterable[Record]:
    """What fails in an exercise that passed before is marked as a regression."""
    for record in records:
        if record["outcome"] == "failed" and record["exercise"] in before:
            record["regression"] = True
        yield record


def source(path: Path) -> bytes:
    """What stands in the learner's file now: b"" if there is none."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


def remember(screen: Screen, exercise: Exercise, records: Sequence[Record], judged: bytes) -> None:
    """Mark a learner's exercise by all its records; keep what failed, and the source that passed.

    Our fault marks nothing. The progress is not saved yet.
    """
    if any(record["outcome"] == "our-fault" for record in records):
        return
    failed = next((record for record in records if record["outcome"] == "failed"), None)
    screen.workspace.mark(exercise.id, failed is None)
    with contextlib.suppress(OSError):  # saving the progress tells of a folder that is read-only
        if failed is None:
            screen.workspace.keep(exercise.path, "passed", judged)
        screen.workspace.keep_failure(exercise.id, failed)


def _as_json(records: Iterable[Record]) -> Iterable[Record]:
    # In ASCII: whoever reads a line at a time may take U+0085 or U+2028 for the end of one.
    for record in records:
        sys.stdout.write(json.dumps(record) + "\n")
        sys.stdout.flush()
        yield record


def _as_text(
    screen: Screen, exercises: Sequence[Exercise], records: Iterable[Record]
) -> Iterable[Record]:
    """A line a check; at the end of each exercise its verdict, the first failure of all in full."""
    records = iter(records)
    first = next(records)  # pytest is starting: meanwhile the console is made
    report = screen.report()
    known = {exercise.id: exercise for exercise in exercises}
    shown: list[Record] = []
    in_full: tuple[int, Record] | None = None
    for record in _chain(first, records):
        exercise = known[record["exercise"]]
        if not shown:
            report.console.print(
                f"[bold]{exercise.id} {exercise.title[screen.lang]}[/]  [dim]{exercise.path}[/]"
            )
        report.check_line(record, exercise)
        shown.append(record)
        yield record
        if len(shown) == len(exercise.checks):
            in_full = _end_of_exercise(screen, report, exercise, shown, in_full)
            shown = []


def _end_of_exercise(
    screen: Screen,
    report: Any,
    exercise: Exercise,
    records: list[Record],
    before: tuple[int, Record] | None,
) -> tuple[int, Record] | None:
    from looplab.cli.report import first_failure

    failure = first_failure(records)
    if failure is None:
        report.summary(exercise, records)
        report.notes(exercise, records)
        if exercise.id not in screen.workspace.progress.passed:
            report.explanation(exercise)
    else:
        if before is None:
            report.console.print()
            report.failure(failure[1], exercise, failure[0])
        report.summary(exercise, records)
    return before or failure


def _chain(first: Record, rest: Iterable[Record]) -> Iterable[Record]:
    yield first
    yield from rest
