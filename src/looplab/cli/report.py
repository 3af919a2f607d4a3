"""How a record is shown: one screen, one language, 80 columns, wide characters counted as two."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from looplab.checks.again import STARTS
from looplab.checks.runner import Record
from looplab.course import Check, Exercise
from looplab.messages import sentence

TIMELINE = 12  # events shown
NO_PAGE = ("no-file", "not-a-file", "empty-file", "not-python")  # no lesson is about these
_CODE = re.compile(r"`([^`]+)`")


class Report:
    """Shows records on a console, in one language."""

    def __init__(self, console: Console, lang: str) -> None:
        self.console, self.lang = console, lang
        self.yes, self.no, self.dash, self.now = "✓", "✗", "·", "▸"

    # -- words

    def say(self, table: str, key: str, **args: Any) -> str:
        return sentence(self.lang, table, key, args)

    def markup(self, text: str, style: str = "") -> Text:
        """A sentence with `code` shown as code: in colour, or in its backticks where there is
        none."""
        if not self.console.color_system:
            return Text(text, style)
        shown, at = Text(style=style), 0
        for match in _CODE.finditer(text):
            shown.append(text[at : match.start()])
            shown.append(match[1], "bold cyan")
            at = match.end()
        shown.append(text[at:])
        return shown

    def line(self, text: str, style: str = "") -> None:
        self.console.print(self.markup(text, style), soft_wrap=False)

    # -- one check, one line

    def check_line(self, record: Record, exercise: Exercise) -> None:
        """One check of an exercise, numbered as in the header of a failure."""
        glyph, style = self._sign(record)
        number = _number(exercise, record["check"])
        title = exercise.check(record["check"]).title[self.lang]
        text = self.markup(title, "dim" if record["outcome"] == "not-run" else "")
        if record["outcome"] == "not-run":
            text.append(f"  ({self.not_run(record['reason'], exercise)})", "dim")
        if "on_own" in record:
            text.append(f"  ({self.say('report', 'elsewhere')})", "yellow")
        self.row(Text(f"{glyph} {number}", style), text)

    def _sign(self, record: Record) -> tuple[str, str]:
        return {
            "passed": (self.yes, "green"),
            "failed": (self.no, "bold red"),
            "not-run": (self.dash, "dim"),
        }.get(record["outcome"], ("!", "bold magenta"))

    def row(self, *cells: Text | str, indent: int = 2) -> None:
        """One line whose last cell wraps below itself."""
        grid = Table.grid(padding=(0, 1, 0, 0))
        for _ in cells[:-1]:
            grid.add_column(no_wrap=True)
        grid.add_column(overflow="fold")
        grid.add_row(*cells)
        self.console.print(Padding(grid, (0, 0, 0, indent), expand=False))

    def not_run(self, reason: str, exercise: Exercise) -> str:
        kind, _, what = reason.partition(":")
        if kind == "needs":
            return self.say("report", "not-run-needs", n=_number(exercise, what))
        return self.say("report", "not-run-platform", reason=reason)

    def check_lines(self, exercise: Exercise, records: list[Record], running: bool) -> None:
        """Every check of an exercise, those that have no record yet too."""
        for record in records:
            self.check_line(record, exercise)
        for n, check in enumerate(exercise.checks[len(records) :], len(records) + 1):
            glyph = self.now if running and n == len(records) + 1 else " "
            self.row(Text(f"{glyph} {n}", "dim"), self.markup(check.title[self.lang], "dim"))

    def strip(self, exercise: Exercise, records: list[Record], running: bool) -> None:
        """The same on one line: a sign and a number for each check."""
        text = Text("  ")
        for n in range(1, len(exercise.checks) + 1):
            if n <= len(records):
                glyph, style = self._sign(records[n - 1])
            else:
                glyph, style = self.now if running and n == len(records) + 1 else " ", "dim"
            text.append(f"{glyph}{n}  ", style)
        self.console.print(text)

    # -- the frame of a whole screen

    def bar(self, left: str, right: str, style: str = "bold") -> None:
        """One line with something at either end; what does not fit is cut from the left one."""
        text, room = self.markup(left, style), self.console.width - cell_len(right) - 2
        text.truncate(max(room, 8), overflow="ellipsis", pad=True)
        text.append("  " + right, "dim")
        text.truncate(self.console.width, overflow="ellipsis")
        self.console.print(text, no_wrap=True)

    def progress(self, done: Sequence[Exercise], exercises: Sequence[Exercise]) -> None:
        """How much of the course is passed, as a bar and as a sentence."""
        points, total = (sum(e.points for e in some) for some in (done, exercises))
        counts = {"done": len(done), "all": len(exercises), "points": points, "total": total}
        said = self.say("cli", "progress", **counts)
        width = max(min(self.console.width - cell_len(said) - 5, 30), 5)
        full = width * len(done) // max(len(exercises), 1)
        self.console.print(Text(f"[{'#' * full}{'-' * (width - full)}] {said}"), no_wrap=True)

    def keys(self, keys: Sequence[tuple[str, str]]) -> None:
        """The keys that do something now, as many as fit."""
        text = Text()
        for key, words in keys:
            one = Text.assemble((key, "bold cyan"), f" {words}")
            if text.cell_len + one.cell_len + 2 > self.console.width:
                break
            text.append("  " if text else "").append_text(one)
        self.console.print(text, no_wrap=True, end="")

    # -- one failure, in full

    def failure(
        self, record: Record, exercise: Exercise, number: int, *, timeline: bool = True
    ) -> None:
        check = exercise.check(record["check"])
        self._title(Text(f"{self.no} {exercise.id} ", "bold red"), exercise, check, number)
        rows = (
            self._our_fault(record)
            if record["outcome"] == "our-fault"
            else self._rows(record, exercise, check, timeline)
        )
        self._labelled(rows)

    def _title(self, head: Text, exercise: Exercise, check: Check, number: int) -> None:
        head.append(exercise.title[self.lang], "bold")
        head.append(f"  [{number}/{len(exercise.checks)}]  ", "dim")
        head.append_text(self.markup(check.title[self.lang]))
        self.console.print(head)

    def _also(self, record: Record) -> list[tuple[str, Text]]:
        """Of a check that fails on the reference's earlier lessons too, what fails there."""
        other = record.get("on_reference")
        if other is None:
            return []
        text = self.say("report", "on-reference", seen=self._seen(other))
        return [(self.say("report", "note"), self.markup(text, "yellow"))]

    def _seen(self, record: Record) -> str:
        parts = (self.say("say", one["id"], **one["args"]) for one in record["seen"])
        return self.say("report", "join").join(parts)

    def on_own(
        self, record: Record, exercise: Exercise, number: int, *, timeline: bool = True
    ) -> None:
        """A check that passed where the engine's earlier lessons are the reference's: what was
        met on the learner's own file."""
        check, own = exercise.check(record["check"]), record["on_own"]
        self._title(Text(f"{self.yes} {exercise.id} ", "bold yellow"), exercise, check, number)
        commands = [f"./looplab check {lesson[:2]}" for lesson in own["lessons"]]
        commands += [f"./looplab checkpoint {exercise.id[:2]}"]
        *rows, (label, _) = self._rows(own, exercise, check, timeline)
        note = self.say("report", "note"), Text(self.say("report", "on-own"), "yellow")
        self._labelled([note, *rows, (label, Text("\n".join(commands), "bold cyan"))])

    def _labelled(self, rows: Iterable[tuple[str, Text]]) -> None:
        """Rows of a label and what it is about, which wraps beside it."""
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(no_wrap=True, style="dim")
        grid.add_column(overflow="fold")
        for label, value in rows:
            grid.add_row(label, value)
        self.console.print(Padding(grid, (0, 0, 0, 2), expand=False))

    def _our_fault(self, record: Record) -> list[tuple[str, Text]]:
        lines = str(record.get("error", "")).rstrip().splitlines()[-8:]
        return [
            ("", Text(self.say("report", "our-fault"), "magenta")),
            ("", Text("\n".join(lines))),
        ]

    def _rows(
        self, record: Record, exercise: Exercise, check: Check, timeline: bool
    ) -> list[tuple[str, Text]]:
        fault = record["fault"]
        rows = [
            (self.say("report", "happened"), self.markup(self._seen(record), "bold")),
            (
                self.say("report", "expected"),
                self.markup(
                    self.say("say", record["expected"]["id"], **record["expected"]["args"])
                ),
            ),
        ]
        if exercise.on_engine and (program := _program(record)):
            rows.append((self.say("report", "program"), Text(program)))
        if record["where"]:
            label = "died-at" if record["traceback"] else "where"
            rows.append((self.say("report", label), self._where(record["where"])))
        if record["traceback"]:
            rows.append((self.say("report", "traceback"), Text("\n".join(record["traceback"]))))
        if timeline and record.get("timeline"):
            rows.append((self.say("report", "timeline"), self._timeline(record["timeline"])))
        if (
            timeline
            and record.get("output")
            and fault in ("never-ready", "wrong-output", "silent", "exited")
        ):
            rows.append((self.say("report", "output"), Text("\n".join(record["output"][-6:]))))
        rows.append((self.say("report", "idea"), self._idea(fault, exercise, check)))
        rows += self._also(record)
        rows.append(
            (self.say("report", "next"), Text(_next_commands(record, exercise), "bold cyan"))
        )
        return rows

    def _idea(self, fault: str, exercise: Exercise, check: Check) -> Text:
        idea = self.markup(self.say(f"fault.{fault}", "idea"))
        if fault not in NO_PAGE:
            page = f"{exercise.lesson}#{check.docs}"
            idea.append("\n" + self.say("report", "docs", page=page), "dim")
        return idea

    def _where(self, where: Mapping[str, Any]) -> Text:
        text = Text(f"{where['file']}:{where['line']}", "bold")
        if where["call"]:
            text.append(
                f"  {where['call']}()" if where["call"].isidentifier() else f"  {where['call']}"
            )
        if where["waits_for"]:
            text.append("  " + self.say("report", "waits-for", who=where["waits_for"]))
        if where["source"]:
            text.append(f"\n{where['source']}", "italic")
        return text

    def _timeline(self, events: list[Mapping[str, Any]]) -> Text:
        text = Text()
        if len(events) > TIMELINE:
            text.append(self.say("report", "earlier", n=len(events) - TIMELINE) + " · ", "dim")
        for i, event in enumerate(events[-TIMELINE:]):
            args = {name: value for name, value in event.items() if name != "what"}
            text.append(" · " if i else "", "dim")
            text.append(f"{event['t']:.3f} ", "dim")
            text.append(sentence(self.lang, "event", event["what"], args))
            text.append(f" ×{event['times']}" if "times" in event else "")
        return text

    # -- one exercise

    def summary(self, exercise: Exercise, records: list[Record]) -> None:
        """Its line: how many checks passed, in what time, with which seed."""
        passed = sum(record["outcome"] == "passed" for record in records)
        done = passed == len(records)
        args = {
            "id": exercise.id,
            "title": exercise.title[self.lang],
            "n": len(records),
            "passed": passed,
            "seconds": float(sum(record["seconds"] for record in records)),
            "seed": records[0]["seed"],
        }
        text = Text(f"{self.yes if done else self.no} ", "bold green" if done else "bold red")
        text.append(self.say("report", "passed" if done else "failed", **args), "bold")
        self.console.print(text)
        if any(record.get("regression") for record in records):
            self.row(Text(self.say("report", "regression"), "yellow"))

    def notes(self, exercise: Exercise, records: list[Record]) -> None:
        """Of the checks that passed only on the reference's earlier lessons, the first in full."""
        for n, record in enumerate(records, 1):
            if "on_own" in record:
                self.console.print()
                return self.on_own(record, exercise, n)

    def explanation(self, exercise: Exercise, *, commands: bool = True) -> None:
        """When it has come to pass: why it works, how to break it, and the next commands."""
        self.console.print(Text(self.say("report", "why"), "dim"))
        self.row(self.markup(exercise.after[self.lang]))
        self.console.print()
        self._labelled([*self._break(exercise), *(self._next(exercise) if commands else [])])

    def _break(self, exercise: Exercise) -> list[tuple[str, Text]]:
        """One line to take out, and the check that will tell."""
        spoilt = exercise.broken_by
        line = self.say("report", "break-line", line=spoilt.line, does=spoilt.does[self.lang])
        check = Text(f"{_number(exercise, spoilt.check)} ")
        check.append_text(self.markup(exercise.check(spoilt.check).title[self.lang]))
        return [
            (self.say("report", "break"), self.markup(line)),
            (self.say("report", "then-fails"), check),
        ]

    def _next(self, exercise: Exercise) -> list[tuple[str, Text]]:
        compare = Text(f"./looplab diff {exercise.id}", "bold cyan")
        onward = ("", Text("./looplab", "bold cyan"))
        if exercise.kind == "solved":  # nothing of the learner's to compare
            return [(self.say("report", "next"), onward[1])]
        return [(self.say("report", "next"), compare), onward]


def first_failure(records: Iterable[Record]) -> tuple[int, Record] | None:
    """The first record, counted from 1, that failed or was our fault."""
    return next(
        ((n, r) for n, r in enumerate(records, 1) if r["outcome"] in ("failed", "our-fault")), None
    )


def _next_commands(record: Record, exercise: Exercise) -> str:
    """What a learner types after a failure: a replay only where something was done."""
    replay = any(act["act"] in STARTS for act in record.get("acts", []))
    commands = f"./looplab hint {exercise.id}" + f"    ./looplab replay {exercise.id}" * replay
    todo = str(record["seen"][0]["args"].get("what", ""))[:2]
    if record["fault"] == "not-implemented" and todo < exercise.id[:2]:
        commands += f"\n./looplab check {todo}    ./looplab checkpoint {exercise.id[:2]}"
    elif "on_reference" in record:
        commands += f"\n./looplab checkpoint {exercise.id[:2]}"
    return commands


def _number(exercise: Exercise, check_id: str) -> int:
    return [check.id for check in exercise.checks].index(check_id) + 1


def _program(record: Record) -> str:
    """Which program was on the engine when the check failed, and how it was started."""
    started = [event for event in record.get("timeline", ()) if event["what"] == "starts-as"]
    return f"tests/programs/{started[-1]['data']}" if started else ""


def plain(record: Record, exercise: Exercise, lang: str, *, timeline: bool = True) -> str:
    """The failure as plain text at 80 columns: for pytest's own report, for the recorded
    messages."""
    console = Console(file=StringIO(), width=80, color_system=None, legacy_windows=False)
    number = _number(exercise, record["check"])
    report = Report(console, lang)
    show = report.on_own if "on_own" in record else report.failure
    show(record, exercise, number, timeline=timeline)
    assert isinstance(console.file, StringIO)
    return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines()) + "\n"
