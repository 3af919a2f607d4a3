"""The figure of the tanks: the levels that a recorded run printed, step by step, to choose from.

A figure is a TOML file: `record`, the transcript below docs/records whose rows end with a level for
each tank and `lit` or `dark`; `legend`, and a name for each `tank` and each `step`, in every
language.
"""

from __future__ import annotations

import html
import re
import tomllib
from typing import Any

ROW = re.compile(r" *(?P<number>\d+)  (?P<what>.*?)  (?P<lamp>lit|dark)")


class TanksError(Exception):
    """A figure that does not fit its record; says what does not."""


def levels(record: str, tanks: int) -> list[tuple[list[int], bool]]:
    """For each row of a transcript: the level of each tank, and whether the lamp is lit."""
    rows = []
    for line in record.splitlines():
        if match := ROW.fullmatch(line):
            words = match["what"].split()[-tanks:]
            rows.append(([int(word.replace(",", "")) for word in words], match["lamp"] == "lit"))
    return rows


def figure(source: str, record: str, lang: str, name: str) -> str:
    """The HTML of it. Nothing in it needs a script: a step is a radio button, its tanks follow."""
    about = tomllib.loads(source)
    rows = levels(record, len(about["tank"]))
    if len(rows) != len(about["step"]):
        raise TanksError(f"{len(about['step'])} steps, and {len(rows)} rows in {about['record']}")
    full = [max(row[i] for row, _ in rows) or 1 for i in range(len(about["tank"]))]
    steps = [_step(about, i, row, full, lang, name) for i, row in enumerate(rows)]
    legend = html.escape(about["legend"][lang])
    return "\n".join(
        [f'<fieldset class="tanks">\n<legend>{legend}</legend>', *steps, "</fieldset>"]
    )


def _step(
    about: dict[str, Any],
    i: int,
    row: tuple[list[int], bool],
    full: list[int],
    lang: str,
    name: str,
) -> str:
    what = html.escape(about["step"][i][lang])
    tanks = "".join(
        f'<span class="tank" style="--level:{level / most:.1%}">'
        f"{html.escape(tank[lang])} <b>{level:,}</b></span> "
        for tank, level, most in zip(about["tank"], row[0], full, strict=True)
    )
    lamp = "tank-lamp on" if row[1] else "tank-lamp"
    state = html.escape(about["lit" if row[1] else "dark"][lang])
    checked = " checked" if i == about.get("shown", 1) - 1 else ""
    return (
        f'<div class="tanks-step">\n<input type="radio" name="{name}" id="{name}-{i}"'
        f' aria-describedby="{name}-levels-{i}"{checked}><label for="{name}-{i}">{what}</label>\n'
        f'<div class="tanks-row" id="{name}-levels-{i}">{tanks}'
        f'<span class="{lamp}">OUT <b>{state}</b></span></div>\n</div>'
    )
