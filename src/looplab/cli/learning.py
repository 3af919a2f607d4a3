"""The learner's commands around a check: where am I, hints, predictions, reset, diff."""

from __future__ import annotations

import contextlib
import difflib
import sys
from pathlib import Path
from typing import Any, NoReturn

import click
from rich.text import Text

from looplab.checks.setting import holes_before
from looplab.cli.screen import FAILED, OK, Screen
from looplab.course import ENGINE, Exercise, Question, normal
from looplab.skeleton import NOT_PYTHON, HoleError, differing, function_source, lay_in_file
from looplab.workspace import start_text


def now(screen: Screen) -> int:
    """The progress, the first exercise that is not passed, its page, the next command."""
    progress, report = screen.workspace.progress, screen.report()
    if not progress.welcomed:
        report.line(screen.say("first-time"))
        report.console.print()
        progress.welcomed = True
    screen.save()
    exercises = screen.course.exercises
    done = [e for e in exercises if e.id in progress.passed]
    report.line(
        screen.say(
            "progress",
            done=len(done),
            all=len(exercises),
            points=sum(e.points for e in done),
            total=sum(e.points for e in exercises),
        ),
        "bold",
    )
    current = next((e for e in exercises if e.id not in progress.passed), None)
    if current is None:
        report.line(screen.say("all-done"), "green")
        return OK
    lesson = screen.course.lesson(current.lesson)
    question = open_question(screen, current)
    rows = [
        ("now", f"{current.id} {current.title[screen.lang]} — {lesson.title[screen.lang]}"),
        ("file", f"lessons/{current.path}"),
        ("page", f"./looplab docs  ({current.lesson})"),
    ]
    if question is not None:
        rows.append(("predict-first", f"./looplab answer {question.id}"))
    rows.append(("next", f"./looplab check {current.id}"))
    _rows(screen, rows)
    return OK


def open_question(screen: Screen, exercise: Exercise) -> Question | None:
    """The first question of its lesson that the reader has not answered yet.

    None for an exercise that is solved: the tool first, then the lesson.
    """
    if exercise.kind == "solved":
        return None
    asked = screen.course.lesson(exercise.lesson).questions
    return next((q for q in asked if q.id not in screen.workspace.progress.answers), None)


def _rows(screen: Screen, rows: list[tuple[str, str]]) -> None:
    from rich.table import Table

    grid = Table.grid(padding=(0, 2, 0, 0))
    for key, text in rows:
        grid.add_row(f"  {screen.say(key)}", text)
    screen.report().console.print(grid)


def overview(screen: Screen, chosen: str = "") -> None:
    """Every lesson, question and exercise with its state; the `chosen` exercise is marked."""
    from rich.table import Table

    report, progress, lang = screen.report(), screen.workspace.progress, screen.lang
    for lesson in screen.course.lessons:
        minutes = screen.say("minutes", n=lesson.minutes)
        report.line(f"{lesson.key}  {lesson.title[lang]}  ({minutes})", "bold")
        report.line(f"  {lesson.idea[lang]}", "dim")
        grid = Table.grid(padding=(0, 2, 0, 0))
        for question in lesson.questions:
            answered = question.id in progress.answers
            grid.add_row(
                "  ",
                report.yes if answered else report.dash,
                question.id,
                screen.say("question"),
                "",
                "",
            )
        for e in lesson.exercises:
            passed = e.id in progress.passed
            hard = report.say("report", "hard") if e.hard else ""
            points = screen.say("points", n=e.points)
            grid.add_row(
                *("▸ " if e.id == chosen else "  ", report.yes if passed else report.dash),
                *(e.id, e.title[lang], points, hard),
                style="reverse" if e.id == chosen else "",
            )
        report.console.print(grid)


def hint(screen: Screen, exercise: Exercise) -> None:
    """One hint more than last time; after the last one, all of them again."""
    shown, n = screen.workspace.progress.hints, len(exercise.hints)
    again = shown.get(exercise.id, 0) >= n
    level = n if again else shown.get(exercise.id, 0) + 1
    shown[exercise.id] = level
    screen.save()
    show_hints(screen, exercise, 1 if again else level, level)
    screen.report().line(
        screen.say("hint-next" if level < n else "hint-last", id=exercise.id), "dim"
    )


def show_hints(screen: Screen, exercise: Exercise, first: int, level: int) -> None:
    """The hints from `first` to `level`."""
    report, n = screen.report(), len(exercise.hints)
    title = exercise.title[screen.lang]
    for one in range(first, level + 1):
        head = screen.say("hint-head", n=one, all=n, id=exercise.id, title=title)
        report.line(head, "bold")
        report.line(exercise.hints[one - 1][screen.lang])


def questions(screen: Screen, what: str) -> tuple[Question, ...]:
    """The questions that WHAT names: one by its id, or all of a lesson."""
    word = normal(what)
    for key in screen.course.keys:
        if word.startswith(key[:2]) or word == key[3:]:
            found = screen.course.lesson(key).questions
            if one := [q for q in found if q.id == word]:
                return (one[0],)
    exercises = screen.course.find(what)
    return screen.course.lesson(exercises[0].lesson).questions


def answer(screen: Screen, what: str, choice: int | None) -> None:
    """Ask and record the reader's predictions; what is right is told by the run that shows it."""
    found = questions(screen, what)
    if not found:
        screen.fail("no-question", screen.say("see-list"), what=what)
    answers = screen.workspace.progress.answers
    asked = found if len(found) == 1 else [q for q in found if q.id not in answers] or found
    for question in asked:
        _ask(screen, question, choice if len(asked) == 1 else None)
    same_run = screen.course.lesson(asked[-1].lesson).questions
    left = [q for q in same_run if q.after == asked[-1].after and q.id not in answers]
    if left:
        screen.tell("answer-more", id=left[0].id)
    else:
        screen.tell("answer-look", run=f"{asked[-1].id[:2]}.{asked[-1].after}")


def _ask(screen: Screen, question: Question, choice: int | None) -> None:
    report, progress = screen.report(), screen.workspace.progress
    report.row(
        Text(question.id, "bold"), report.markup(question.ask[screen.lang], "bold"), indent=0
    )
    for n, text in enumerate(question.choices, 1):
        report.row(str(n), report.markup(text[screen.lang]))
    if question.id in progress.revealed:  # a prediction is made before the answer is known
        report.line(screen.say("answer-closed", n=progress.answers.get(question.id, 0)))
        return
    if question.id in progress.answers:
        report.line(screen.say("answer-again", n=progress.answers[question.id]), "dim")
    picked = _pick(screen, len(question.choices)) if choice is None else choice
    if not 1 <= picked <= len(question.choices):
        screen.fail("answer-bad", n=len(question.choices))
    progress.answers[question.id] = picked
    screen.save()
    report.line(screen.say("answer-kept", n=picked))


def _pick(screen: Screen, n: int) -> int:
    prompt = screen.say("answer-prompt", n=n)
    while True:
        text = str(click.prompt(prompt, prompt_suffix=": "))
        if text.isdigit() and 1 <= int(text) <= n:
            return int(text)
        screen.tell("answer-bad", n=n)


def reveal(screen: Screen, lesson: str, run: str) -> None:
    """After the run that shows it: what was predicted, what is so, and why."""
    report, answers = screen.report(), screen.workspace.progress.answers
    for question in screen.course.lesson(lesson).questions:
        if question.after != run or question.id not in answers:
            continue
        picked, right = answers[question.id], question.answer
        if question.id not in screen.workspace.progress.revealed:
            screen.workspace.progress.revealed.append(question.id)
            screen.save()
        report.console.print()
        ask = report.markup(question.ask[screen.lang], "bold")
        report.row(Text(question.id, "bold"), ask, indent=0)
        said = screen.say("you-said", text=question.choices[picked - 1][screen.lang])
        report.row(report.markup(said))
        if picked == right:
            report.row(report.markup(screen.say("was-right"), "green"))
        else:
            fact = screen.say("was-wrong", text=question.choices[right - 1][screen.lang])
            report.row(report.markup(fact, "yellow"))
        report.row(report.markup(question.why[screen.lang]))


def reset(
    screen: Screen, exercise: Exercise, yes: bool, to: int | None, whole: bool = False
) -> None:
    """The start file, or the learner's version number `to`; what stands there is kept first.

    Of a file that exercises share, only this one's holes are made empty again, unless the `whole`
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
    elif part and len(screen.course.sharing(exercise)) > 1:
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
    if len(screen.course.sharing(exercise)) > 1:
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
