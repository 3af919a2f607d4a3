"""The picture of the benchmark of the engines: an SVG written by hand.

Above, a bar for every server and load whose connections are all busy; below, a small panel for
every server: how its cost grows with idle connections, with the raw epoll loop in grey.

It is drawn in the colours of the page that holds it, and alone in those that the system prefers.
Nothing is loaded: no font, no script.
"""

from __future__ import annotations

import math
from html import escape
from typing import Any

import report

WIDTH = 720
NAMES = 150  # the column of the servers' names
ROW = 19
PANEL = (174, 128)  # a small panel, with its title and the space below
LEFT, TOP, INNER = 34, 32, (126, 64)  # inside a panel: axis on the left, title above, the plot
ACROSS = 4

WORDS = {
    "en": {
        "title": "Server CPU time for each echo, µs",
        "busy": "Every connection busy: server CPU a request, µs",
        "user": "user",
        "system": "system",
        "both": "not divided",
        "idle": "1 busy connection among N idle: server CPU a request, µs (both axes logarithmic)",
        "grey": "raw epoll",
    },
    "zh": {
        "title": "每次回显占用的服务器 CPU 时间，µs",
        "busy": "所有连接都在忙：每个请求占用的服务器 CPU 时间，µs",
        "user": "用户态",
        "system": "内核态",
        "both": "未区分",
        "idle": "1 个连接在忙，N 个空闲：每个请求占用的服务器 CPU 时间，µs（两轴均为对数）",
        "grey": "裸 epoll",
    },
}

# `svg:root` matches a file that is shown by itself, never a drawing inside a page.
STYLE = """
    svg:root { color: #222; background: #fff; }
    @media (prefers-color-scheme: dark) {
      svg:root { color: #ddd; background: #1b1b1f; --bench-mark: #7fb0ff; }
    }
    .bench { --mark: var(--bench-mark, var(--md-accent-fg-color, #1f5fbf)); }
    .bench text { fill: currentColor;
      font: 11px var(--md-text-font-family, system-ui), sans-serif; }
    .bench .head { font-weight: 700; font-size: 12px; }
    .bench .end { text-anchor: end; }
    .bench .mid { text-anchor: middle; }
    .bench .user { fill: var(--mark); }
    .bench .system { fill: var(--mark); opacity: .45; }
    .bench .both { fill: currentColor; opacity: .4; }
    .bench .own { stroke: var(--mark); stroke-width: 2; fill: none; }
    .bench .dot { fill: var(--mark); }
    .bench .floor { stroke: currentColor; stroke-width: 1.5; opacity: .45; fill: none; }
    .bench .axis { stroke: currentColor; opacity: .2; fill: none; }
"""


def svg(results: report.Results, lang: str = "en") -> str:
    """The whole picture."""
    view, words = report.View(results), WORDS[lang]
    titles = {
        name: server["title"]
        for load in results["loads"]
        for name, server in load["servers"].items()
    }
    order = sorted(titles, key=list(titles).index)
    parts: list[str] = []
    y = 0
    for draw in (bars, panels):
        drawn, height = draw(view, order, titles, words)
        parts += [f'<g transform="translate(0 {y})">', *drawn, "</g>"] if drawn else []
        y += height
    return page(parts, y, words["title"])


def page(parts: list[str], height: int, title: str) -> str:
    """What is drawn, as a whole file."""
    box = f"0 0 {WIDTH} {max(height, 1)}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="bench" viewBox="{box}"'
        f' width="100%" style="max-width: 45rem">\n  <title>{title}</title>\n'
        f"  <style>{STYLE}  </style>\n  " + "\n  ".join(parts) + "\n</svg>\n"
    )


Drawn = tuple[list[str], int]


def bars(
    view: report.View, order: list[str], titles: dict[str, str], words: dict[str, str]
) -> Drawn:
    """A row for every server, a column for every load; each column with a scale of its own."""
    loads = [load for load in view.results["loads"] if not load["idle"] and load["servers"]]
    if not loads:
        return [], 0
    step = (WIDTH - NAMES) / len(loads)
    room = step - 56  # the value is written behind the bar
    out = [
        text(0, 16, words["busy"], "head"),
    ]
    for i, kind in enumerate(("user", "system", "both")):
        left = WIDTH - 260 + i * 75
        out += [bar(kind, left, 22, 10), text(left + 15, 36, words[kind])]
    for i, name in enumerate(order):
        out.append(text(NAMES - 10, 68 + i * ROW + 13, titles[name], "end"))
    for column, load in enumerate(loads):
        x = NAMES + column * step
        out.append(text(x, 60, short(load), "head"))
        costs = {name: report.middle(view.rounds(load["name"], name), report.cpu) for name in order}
        most = max((cost for cost in costs.values() if cost), default=1.0)
        for i, name in enumerate(order):
            y, cost = 68 + i * ROW, costs[name]
            if cost is None:
                out.append(text(x, y + 13, "–"))
                continue
            share = report.user_share(view.rounds(load["name"], name))
            long = cost / most * room
            if share is None:  # too short a run to say
                out.append(bar("both", x, y, long))
            else:
                out.append(bar("user", x, y, long * share))
                out.append(bar("system", x + long * share, y, long * (1 - share)))
            out.append(text(x + long + 5, y + 13, report.figure(cost)))
    return out, 68 + len(order) * ROW + 24


def panels(
    view: report.View, order: list[str], titles: dict[str, str], words: dict[str, str]
) -> Drawn:
    """A small panel for every server, all with the same axes."""
    loads = sorted((d for d in view.results["loads"] if d["idle"]), key=lambda load: load["idle"])
    lines = {
        name: [
            (float(load["idle"]), cost)
            for load in loads
            if (cost := report.middle(view.rounds(load["name"], name), report.cpu))
        ]
        for name in order
    }
    lines = {name: points for name, points in lines.items() if points}
    if not lines:
        return [], 0
    every = [point for points in lines.values() for point in points]
    scale = Scale([x for x, _ in every], [y for _, y in every])
    out = [text(0, 16, words["idle"], "head")]
    out += [f'<path class="floor" d="M{WIDTH - 90} 32h22"/>']
    out += [text(WIDTH - 62, 36, words["grey"])]
    for i, (name, points) in enumerate(lines.items()):
        x, y = (i % ACROSS) * (PANEL[0] + 8), 44 + (i // ACROSS) * PANEL[1]
        out.append(f'<g transform="translate({x} {y})">')
        out.append(text(4, 13, titles[name], "head"))
        out += scale.axes()
        if name != "epoll" and "epoll" in lines:
            out.append(f'<path class="floor" d="{scale.path(lines["epoll"])}"/>')
        out.append(f'<path class="own" d="{scale.path(points)}"/>')
        for point in points:
            px, py = scale.at(point)
            out.append(f'<circle class="dot" cx="{px:.1f}" cy="{py:.1f}" r="2.6"/>')
        px, py = scale.at(points[-1])
        side = "end" if px > LEFT + INNER[0] / 2 else ""
        out.append(text(px + (4 if side else 0), py - 7, report.figure(points[-1][1]), side))
        out.append("</g>")
    rows = math.ceil(len(lines) / ACROSS)
    return out, 44 + rows * PANEL[1]


class Scale:
    """Both axes logarithmic, whole powers of ten."""

    def __init__(self, xs: list[float], ys: list[float]) -> None:
        self.x, self.y = powers(xs), powers(ys)

    def at(self, point: tuple[float, float]) -> tuple[float, float]:
        wide, high = INNER
        x = (math.log10(point[0]) - self.x[0]) / (self.x[1] - self.x[0]) * wide
        y = (math.log10(point[1]) - self.y[0]) / (self.y[1] - self.y[0]) * high
        return LEFT + x, TOP + high - y

    def path(self, points: list[tuple[float, float]]) -> str:
        return "M" + "L".join("{:.1f} {:.1f}".format(*self.at(point)) for point in points)

    def axes(self) -> list[str]:
        out = []
        for power in range(self.y[0], self.y[1] + 1):
            _, y = self.at((10.0 ** self.x[0], 10.0**power))
            out.append(f'<path class="axis" d="M{LEFT} {y:.1f}h{INNER[0]}"/>')
            out.append(text(LEFT - 4, y + 4, number(power), "end"))
        for power in range(self.x[0], self.x[1] + 1):
            x, _ = self.at((10.0**power, 10.0 ** self.y[0]))
            out.append(text(x, TOP + INNER[1] + 14, number(power), "mid"))
        return out


def powers(values: list[float]) -> tuple[int, int]:
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)


def number(power: int) -> str:
    """10, 100, 1k, 10k: an axis has little room."""
    return f"{10 ** (power - 3)}k" if power >= 3 else f"{10.0**power:g}"


def short(load: dict[str, Any]) -> str:
    size = load["size"]
    return f"{load['busy']} × " + (f"{size // 1024} KiB" if size >= 1024 else f"{size} B")


def bar(name: str, x: float, y: float, width: float) -> str:
    return f'<rect class="{name}" x="{x:.1f}" y="{y + 4}" width="{width:.1f}" height="11"/>'


def text(x: float, y: float, words: str, name: str = "") -> str:
    kind = f' class="{name}"' if name else ""
    return f'<text{kind} x="{x:.1f}" y="{y:.1f}">{escape(words)}</text>'
