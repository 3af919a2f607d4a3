"""The learner's commands around a check: where am I, hints, predictions."""

from __future__ import annotations

import click
from rich.text import Text

from looplab.cli.screen import OK, Screen
from looplab.course import Exercise, Question, normal


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
