"""From the rounds of the benchmark of the forwarders to its tables, its goals and its picture.

The results are those of report.py; a load's `answer` is the bytes of a download, 0 for an echo.
"""

from __future__ import annotations

from typing import Any

import plot
import report
from report import Goal, Results, Round, View

WIDTHS = (11, 5, 10, 11, 8, 6, 8, 9, 10)


def megabytes(load: dict[str, Any], one: Round) -> float:
    """A second, one way."""
    return report.rate(one) * float(load["answer"] or load["size"]) / 1e6


def heading(load: dict[str, Any]) -> list[str]:
    many = "MB/s" if load["answer"] else "requests/s"
    cost = "ms/MiB" if load["answer"] else "µs CPU"
    return [many, "±", "× C copy", "× article", cost, "user", "system", "p50 µs", "p99 µs"]


def table(view: View, load: dict[str, Any]) -> list[str]:
    """One load as lines of at most 100 columns."""
    lines = [load["title"], f"{'':22}" + row(heading(load))]
    for name, server in load["servers"].items():
        if not (rounds := server["rounds"]):
            continue
        cost, share = report.middle(rounds, report.cpu), report.user_share(rounds)
        assert cost is not None
        cost /= load["answer"] / (1 << 20) * 1000 if load["answer"] else 1
        lines.append(
            f"{server['title']:22}"
            + row(
                [
                    report.whole(speed(load, rounds)),
                    report.percent(report.spread(rounds, report.rate)),
                    report.figure(median(view.ratios(load["name"], name, "c-copy", report.rate))),
                    report.figure(median(view.ratios(load["name"], name, "article", report.rate))),
                    report.figure(cost),
                    report.percent(share),
                    report.percent(None if share is None else 1 - share),
                    report.whole(report.middle(rounds, report.latency)),
                    report.whole(report.middle(rounds, report.tail)),
                ]
            )
        )
    return lines + report.notes(load)


def row(cells: list[str]) -> str:
    return "".join(f"{cell:>{width}}" for cell, width in zip(cells, WIDTHS, strict=True))


def speed(load: dict[str, Any], rounds: list[Round]) -> float | None:
    """What the table and the picture show: MB/s of a download, else requests/s."""
    if load["answer"]:
        return report.middle(rounds, lambda one: megabytes(load, one))
    return report.middle(rounds, report.rate)


def median(values: list[float]) -> float | None:
    return Goal("", 0, values).value


# Goals


def goals(view: View, ours: str = "fast") -> list[Goal]:
    """What the course's forwarder should reach, against this run."""
    found = []
    for load in view.results["loads"]:
        name, title = load["name"], load["title"]
        if load["answer"]:
            bases = [("c-copy", 0.8), ("c-splice", 0.8), ("nginx", 1.0), ("haproxy", 1.0)]
        elif load["size"] == 64 and load["busy"] >= 50:
            bases = [("c-copy", 0.7 if load["busy"] < 400 else 0.6)]
        else:
            continue
        for base, limit in [*bases, ("protocol", 1.0), ("streams", 1.0)]:
            values = view.ratios(name, ours, base, report.rate)
            found.append(Goal(f"{title}: × {base}", limit, values, True))
    return found


def text(results: Results) -> str:
    """The whole report, as it is printed."""
    view, machine = View(results), results["machine"]
    lines = [
        f"{results['date']}; {results['mode']}",
        f"{machine['cores']} cores, {machine['processor']}; {machine['system']};"
        f" Python {machine['python']}",
        "forwarder on one core, load and backend on another; CPU: of the forwarder, user + system;",
        "every figure a median of rounds, ±: half of the rounds lie within; ratios round by round",
    ]
    for load in results["loads"]:
        lines += ["", "", *table(view, load)]
    if told := [goal for goal in goals(view) if goal.met is not None]:
        lines += ["", "", f"{'goals':60}{'median':>8}{'half within':>14}"]
        lines += [goal.line() for goal in told]
    return "\n".join(lines)


# The picture

NAMES = {  # what is no name, in Chinese
    "ours, fast engine": "本课程，快引擎",
    "the same, ends asked": "同上，每轮询问两端",
    "ours, reference engine": "本课程，参考引擎",
    "the article's": "文章的写法",
    "the same, TCP_NODELAY": "文章的，加 TCP_NODELAY",
    "C, recv and send": "C，recv 加 send",
    "C, splice": "C，splice",
}
WORDS = {
    "en": {
        "title": "Forwarders on one core",
        "down": "Download through it, MB/s",
        "busy": "Round trips of 64 bytes, requests a second",
        "trip": "Round trips of 64 KiB, requests a second",
        "one": "{n} connection",
        "many": "{n} connections",
    },
    "zh": {
        "title": "单核上的转发程序",
        "down": "下载吞吐，MB/s",
        "busy": "64 字节一来一回，每秒次数",
        "trip": "64 KiB 一来一回，每秒次数",
        "one": "{n} 个连接",
        "many": "{n} 个连接",
    },
}
OURS = ("fast", "asked", "reference")


def svg(results: Results, lang: str = "en") -> str:
    """A table of bars for each kind of load; ours in the colour of the page, others in grey."""
    view, words = View(results), WORDS[lang]
    parts: list[str] = []
    y = 0
    for kind in ("busy", "trip", "down"):
        loads = [load for load in results["loads"] if load["name"].startswith(kind)]
        loads = [load for load in loads if any(s["rounds"] for s in load["servers"].values())]
        if loads:
            drawn, height = bars(view, loads, words[kind], words, lang)
            parts += [f'<g transform="translate(0 {y})">', *drawn, "</g>"]
            y += height
    return plot.page(parts, y, words["title"])


def bars(
    view: View, loads: list[dict[str, Any]], head: str, words: dict[str, str], lang: str
) -> plot.Drawn:
    """A row for each forwarder, a column for each load; each column with a scale of its own."""
    titles = {
        name: server["title"]
        for load in loads
        for name, server in load["servers"].items()
        if server["rounds"]
    }
    step = (plot.WIDTH - plot.NAMES) / len(loads)
    out = [plot.text(0, 16, head, "head")]
    for i, title in enumerate(titles.values()):
        shown = NAMES.get(title, title) if lang == "zh" else title
        out.append(plot.text(plot.NAMES - 10, 48 + i * plot.ROW + 13, shown, "end"))
    for column, load in enumerate(loads):
        x, n = plot.NAMES + column * step, load["busy"]
        out.append(plot.text(x, 40, words["one" if n == 1 else "many"].format(n=n), "head"))
        values = {name: speed(load, view.rounds(load["name"], name)) for name in titles}
        most = max(value for value in values.values() if value)
        for i, (name, value) in enumerate(values.items()):
            y = 48 + i * plot.ROW
            if value is None:
                out.append(plot.text(x, y + 13, "–"))
                continue
            long = value / most * (step - 56)
            out.append(plot.bar("user" if name in OURS else "both", x, y, long))
            out.append(plot.text(x + long + 5, y + 13, report.whole(value)))
    return out, 48 + len(titles) * plot.ROW + 24
