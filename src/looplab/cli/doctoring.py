"""`doctor`: each thing that the course needs, a line: what is so, and where it is not well its
cure."""

from __future__ import annotations

import json
import sys

from rich.cells import set_cell_size
from rich.text import Text

from looplab import doctor as probes
from looplab.cli.screen import FAILED, OK, Screen
from looplab.doctor import LESS, NO, Finding
from looplab.messages import sentence

LABEL = 15  # columns


def doctor(screen: Screen, as_json: bool) -> int:
    """Show every finding as it is made. Exit status: 1 if something will not work."""
    states = []
    for finding in probes.examine(screen.workspace):
        states.append(finding.state)
        if as_json:
            sys.stdout.write(json.dumps(_record(screen, finding)) + "\n")
        else:
            _show(screen, finding)
        sys.stdout.flush()
    less, no = states.count(LESS), states.count(NO)
    if not as_json:
        key = "end-no" if no else "end-less" if less else "end-ok"
        screen.report().line(_say(screen, key, no=no, less=less), "bold")
    return FAILED if no else OK


def _say(screen: Screen, key: str, **args: object) -> str:
    return sentence(screen.lang, "doctor", key, args)


def _record(screen: Screen, finding: Finding) -> dict[str, object]:
    return {
        "probe": finding.probe,
        "state": finding.state,
        "key": finding.key,
        "seen": {name: str(value) for name, value in finding.args.items()},
        "text": _say(screen, finding.key, **finding.args),
        "cure": _say(screen, finding.cure, **finding.args) if finding.cure else None,
    }


def _show(screen: Screen, finding: Finding) -> None:
    report = screen.report()
    glyph, style = {LESS: ("!", "bold yellow"), NO: (report.no, "bold red")}.get(
        finding.state, (report.yes, "green")
    )
    label = set_cell_size(_say(screen, finding.probe), LABEL)
    text = report.markup(_say(screen, finding.key, **finding.args))
    if finding.cure:
        text.append("\n→ ", "bold")
        text.append_text(report.markup(_say(screen, finding.cure, **finding.args)))
    report.row(Text(glyph, style), label, text, indent=0)
