"""`update`: what a newer course changes, what stays the learner's, and what to do next."""

from __future__ import annotations

import difflib
import sys
from typing import Any

from rich.text import Text

from looplab import update as course_update
from looplab.cli.screen import FAILED, OK, Screen
from looplab.git import Git, GitError
from looplab.merging import WHOLE, Clash
from looplab.update import LearnersFile, Plan, Refused

SHORT = 6  # lines shown of what both changed


def update(screen: Screen, given: str | None, dry_run: bool) -> int:
    """Take the newer course, or with `dry_run` say what that would do. Exit status: 1 where
    something is left to the learner."""
    try:
        git = course_update.clone(screen.workspace)
        with course_update.only_one(screen.workspace):
            return _update(screen, git, given, dry_run)
    except Refused as error:
        screen.fail(error.key, *_cure(screen, error), **error.values)
    except GitError as error:
        screen.fail("update-git", *error.lines)
    except OSError as error:
        next_ = screen.say("unwritable-next")
        file = error.filename or screen.workspace.folder
        screen.fail("unwritable", next_, file=file, error=error.strerror or error)


def _cure(screen: Screen, error: Refused) -> list[str]:
    cure = f"{error.key}-next"
    return [*(f"  {line}" for line in error.lines), screen.say(cure)]


def _update(screen: Screen, git: Git, given: str | None, dry_run: bool) -> int:
    _recover(screen, git)
    source = course_update.find_source(git, given)
    screen.tell("update-from", source=source.shown)
    sys.stdout.flush()
    todo = course_update.plan(screen.workspace, git, course_update.fetch(git, source))
    if todo is None:
        screen.tell("update-newest")
        return OK
    report = screen.report()
    report.line(screen.say("update-new", n=todo.commits, files=len(todo.changed)), "bold")
    for file in todo.files:
        _show(screen, report, file)
    if dry_run:
        screen.tell("update-dry")
    else:
        exercises = {e.path for e in screen.course.exercises}  # of this course, not the newer one
        course_update.apply(screen.workspace, git, todo)
        report.line(screen.say("update-done"), "green")
        if todo.files:
            report.line(screen.say("update-kept"), "dim")
        _next(screen, report, todo, exercises)
    return FAILED if any(file.state == "clash" for file in todo.files) else OK


def _recover(screen: Screen, git: Git) -> None:
    journal = course_update.unfinished(screen.workspace)
    if journal is None:
        return
    done, copies = course_update.recover(screen.workspace, git, journal)
    screen.warn("update-finished" if done else "update-undone")
    for path, copy in copies.items():
        screen.warn("update-copy", path=path, kept=copy)


def _show(screen: Screen, report: Any, file: LearnersFile) -> None:
    parts = {
        "kept": file.merge.kept,
        "taken": file.merge.taken,
        "parts": dict.fromkeys(clash.part for clash in file.merge.clashes),
    }
    outside = screen.say("update-outside")
    names = {
        key: screen.list_of(f"`{name}`" if name != WHOLE else outside for name in some)
        for key, some in parts.items()
    }
    key = file.state
    if key == "merged" and not file.merge.taken:
        key = "merged-around"
    if key.startswith("merged") and not file.merge.kept:
        key = "merged-few"
    good = file.state in ("same", "merged")
    glyph = Text(report.yes if good else "!", "green" if good else "bold yellow")
    text = screen.say(f"update-{key}", file=file.path, **names)
    report.row(glyph, report.markup(text))
    for clash in file.merge.clashes:
        _both_sides(screen, report, clash)


def _both_sides(screen: Screen, report: Any, clash: Clash) -> None:
    sides = (clash.mine.splitlines(), clash.new.splitlines())
    lines = list(difflib.unified_diff(*sides, n=0, lineterm=""))[2:]
    lines = [line for line in lines if not line.startswith("@@")]
    label = "" if clash.part == WHOLE else f" {clash.part}"
    report.row(Text(screen.say("update-sides") + label, "dim"), indent=4)
    for line in lines[:SHORT]:
        report.row(Text(line, "red" if line[0] == "-" else "green"), indent=4)
    if len(lines) > SHORT:
        report.row(Text(screen.say("update-more", n=len(lines) - SHORT), "dim"), indent=4)


def _next(screen: Screen, report: Any, todo: Plan, exercises: set[str]) -> None:
    for file in todo.files:
        if file.state == "clash":
            _, changes = course_update.newer_files(screen.workspace, file)
            command = "./looplab reset" if file.inside in exercises else "git checkout --"
            names = {
                "file": file.path,
                "changes": changes.relative_to(screen.workspace.root),
                "command": f"{command} {file.path}",
            }
            report.line(screen.say("update-clash-next", **names))
    if todo.again:
        report.line(screen.say("update-again", names=screen.list_of(todo.again)))
