"""`replay`: what the failing check did, once more and slowly, told as it happens."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from typing import Any

from rich.text import Text

from looplab.checks.again import STARTS, Again, in_real_time
from looplab.checks.faults import CheckFailed
from looplab.checks.setting import setting_for
from looplab.cli.screen import OK, USAGE, Screen
from looplab.course import Exercise
from looplab.messages import sentence

EDGE = 15  # acts at either end whose events are told one by one; those between are counted
_ADDRESS = re.compile(r"127\.0\.0\.1:\d+")
_PROGRAMS = ("starts", "starts-as", "prints", "ends", "watched")  # events that tell of the program


def replay(screen: Screen, exercise: Exercise, port: int | None = None) -> int:
    """Repeat what the check did that failed last, against the learner's program. Exit status.

    `port`: the program runs elsewhere already, and listens there.
    """
    record = screen.workspace.failure(exercise.id)
    if record is None:
        screen.fail("replay-nothing", f"./looplab check {exercise.id}", id=exercise.id)
    report = screen.report()
    number = [check.id for check in exercise.checks].index(record["check"]) + 1
    report.failure(record, exercise, number, timeline=False)
    acts = record.get("acts") or []
    if not any(act["act"] in STARTS for act in acts):
        screen.tell("replay-reads-only")
        return OK
    report.console.print()
    screen.tell("replay-in-time" if in_real_time(acts) else "replay-slow", n=len(acts))
    if not exercise.serves:
        port = None  # it is given addresses, and has none
    if port is not None:
        args = next(act["args"] for act in acts if act["act"] == "start")
        screen.tell("replay-elsewhere", port=port, args=" ".join(args) or "—")
    _play(screen, exercise, acts, port)
    screen.tell("replay-over")
    return OK


def _play(screen: Screen, exercise: Exercise, acts: list[dict[str, Any]], port: int | None) -> None:
    teller = _Teller(screen)
    setting = replace(setting_for(screen.course, exercise, screen.workspace.lessons), forbidden=())
    again = Again(acts, setting, port, teller.hear)
    teller.again = again
    try:
        where = again.run()
    except CheckFailed as failed:
        seen = (screen.say_of(one) for one in failed.seen)
        screen.fail("replay-no-start", *seen, f"./looplab check {exercise.id}")
    except OSError:
        example = f"./looplab run {exercise.id} --port {port}"
        screen.fail("replay-refused", example, status=USAGE, port=port)
    if where is not None:
        key = "replay-died" if teller.over else "replay-where"
        screen.tell(key, file=where.file, line=where.line, source=where.source)


class _Teller:
    """Prints events as they happen: the clients' to the left, the program's further in."""

    def __init__(self, screen: Screen) -> None:
        self._screen, self._report, self._untold = screen, screen.report(), 0
        self.again: Again | None = None
        self.over = False  # the program has ended

    def hear(self, event: dict[str, Any]) -> None:
        """Tell it, unless it is in the middle of a crowd."""
        assert self.again is not None
        self.over |= event["what"] == "ends"
        if min(self.again.done, self.again.left) > EDGE:
            self._untold += 1
            return
        if self._untold:
            more = self._screen.say("replay-more", n=self._untold)
            self._report.line(f"         {more}", "dim")
            self._untold = 0
        self._tell(event)

    def _tell(self, event: dict[str, Any]) -> None:
        names = self.again.names() if self.again is not None else {}
        data = _ADDRESS.sub(lambda found: names.get(found[0], found[0]), str(event.get("data", "")))
        args = {key: value for key, value in event.items() if key != "what"} | {"data": data}
        text = sentence(self._screen.lang, "event", event["what"], args)
        if event["what"] in ("sends", "receives") and data:
            text += f"  {data.encode('latin-1')!r}"
        mine = event["what"] in _PROGRAMS
        style = "" if mine else "bold cyan"
        self._report.row(
            Text(f"{event['t']:6.2f}", "dim"), Text(("      " if mine else "") + text, style)
        )
        sys.stdout.flush()
