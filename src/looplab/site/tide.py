"""The figure of the owed bytes: what the recorded run of lesson 07 printed, drawn as two lines.

`python -m looplab.site.tide` prints it; docs/figures/07_tide.svg is that, and a test compares the
two.
"""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
RECORD = "docs/records/07_echo/tide.txt"
ROW = re.compile(r"round +(?P<round>\d+)  owed +(?P<owed>\d+) KiB\b.*")
MARKS = re.compile(r"high_water (?P<high>\d+) KiB, low_water (?P<low>\d+) KiB")
LEFT, RIGHT, TOP, BOTTOM = 62, 470, 20, 200

STYLE = """\
    .tide-text { fill: currentColor; font: 12px var(--md-code-font-family, ui-monospace, monospace); }
    .tide-end { text-anchor: end; }
    .tide-axis { stroke: currentColor; stroke-width: 1.5; fill: none; }
    .tide-mark { stroke: currentColor; stroke-width: 1; stroke-dasharray: 5 4; fill: none; }
    .tide-free { stroke: currentColor; stroke-width: 2; stroke-dasharray: 2 4; fill: none; }
    .tide-owed { stroke: var(--md-accent-fg-color, #a85b00); stroke-width: 3; fill: none; stroke-linejoin: round; }"""  # noqa: E501

Points = list[tuple[int, int]]


def runs(record: str) -> tuple[Points, Points, int, int]:
    """(round, KiB owed) without marks and with them; the high and the low mark."""
    free, _, rest = record.partition("high_water")
    marks = MARKS.match("high_water" + rest)
    if marks is None:
        raise ValueError(f"{RECORD} names no marks")
    rows = [
        [
            (int(row["round"]), int(row["owed"]))
            for row in map(ROW.fullmatch, text.split("\n"))
            if row
        ]
        for text in (free, rest)
    ]
    return rows[0], rows[1], int(marks["high"]), int(marks["low"])


def drawing(record: str) -> str:
    """The SVG."""
    free, owed, high, low = runs(record)
    last, top = max(n for n, _ in owed), 1.5 * high

    def x(n: float) -> float:
        return round(LEFT + (RIGHT - LEFT) * n / last, 1)

    def y(kib: float) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * kib / top, 1)

    def line(points: Points) -> str:
        """As far as the frame; the last piece of one that leaves it is cut there."""
        path: list[tuple[float, float]] = [(0, 0)]
        for n, kib in points:
            before = path[-1]
            if kib > top:
                share = (top - before[1]) / (kib - before[1])
                path.append((before[0] + share * (n - before[0]), top))
                break
            path.append((n, kib))
        return " ".join(f"{x(n)},{y(kib)}" for n, kib in path)

    marks = "".join(
        f'  <path class="tide-mark" d="M{LEFT} {y(kib)}H{RIGHT}" />\n'
        f'  <text class="tide-text" x="{RIGHT + 6}" y="{y(kib) + 4}">{name}</text>\n'
        f'  <text class="tide-text tide-end" x="{LEFT - 6}" y="{y(kib) + 4}">{kib}</text>\n'
        for name, kib in (("high_water", high), ("low_water", low))
    )
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 560 228" width="100%" style="max-width: 40rem">
  <style>
{STYLE}
  </style>
  <path class="tide-axis" d="M{LEFT} {TOP}V{BOTTOM}H{RIGHT}" />
  <text class="tide-text tide-end" x="{LEFT - 6}" y="{BOTTOM + 4}">0</text>
  <text class="tide-text tide-end" x="{LEFT - 6}" y="{TOP + 4}">KiB</text>
  <text class="tide-text" x="{LEFT + 8}" y="{TOP + 4}">len(out_buffer)</text>
  <text class="tide-text" x="{LEFT}" y="{BOTTOM + 20}">round 1</text>
  <text class="tide-text tide-end" x="{RIGHT}" y="{BOTTOM + 20}">{last}</text>
{marks}  <polyline class="tide-free" points="{line(free)}" />
  <polyline class="tide-owed" points="{line(owed)}" />
</svg>
"""


if __name__ == "__main__":
    print(drawing((ROOT / RECORD).read_text("utf-8")), end="")
