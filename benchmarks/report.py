"""From the rounds of the benchmark of the engines to its tables and its goals.

The results are a dict that JSON can hold:

    {"date", "mode", "machine": {"cores", "processor", "system", "python"}, "loads": [
        {"name", "title", "busy", "idle", "size",
         "left_out": {server: why}, "failed": {server: why},
         "servers": {server: {
             "title", "base", "open_seconds": [s], "idle_bytes": [bytes],
             "rounds": [{"round", "requests", "seconds", "total", "user", "ticked",
                         "p50", "p90", "p99", "max", "load_cpu", "others"}]}}}]}

`total` is the server's CPU time in a round (s), p50 and p99 are µs.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Results = dict[str, Any]
Round = dict[str, Any]

BUSY_LOAD = 0.97  # above this share of its core the load may have been what was measured
ENOUGH = 0.2  # seconds of CPU time before the samples say how it divides
BUSY_OTHERS = 0.10  # above this share of the two cores, others disturbed the round


def cpu(one: Round) -> float:
    """Server CPU a request, user and system, µs."""
    return float(one["total"] / one["requests"] * 1e6)


def rate(one: Round) -> float:
    return float(one["requests"] / one["seconds"])


def latency(one: Round) -> float:
    return float(one["p50"])


def tail(one: Round) -> float:
    return float(one["p99"])


def middle(rounds: list[Round], what: Callable[[Round], float]) -> float | None:
    return statistics.median(what(one) for one in rounds) if rounds else None


def spread(rounds: list[Round], what: Callable[[Round], float]) -> float | None:
    """Half of the rounds lie within this share above and below the median."""
    values = sorted(what(one) for one in rounds)
    if len(values) < 3:
        return None
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return (high - low) / 2 / statistics.median(values)


def user_share(rounds: list[Round]) -> float | None:
    """The part of the CPU time that ticks found in user mode, over all rounds; None: too few."""
    ticked = sum(one["ticked"] for one in rounds)
    return sum(one["user"] for one in rounds) / ticked if ticked >= ENOUGH else None


def ratios(rounds: list[Round], base: list[Round], what: Callable[[Round], float]) -> list[float]:
    """One divided by the other, for every round that both have.

    A round's two bursts are neighbours in time: what slows the whole machine slows both.
    """
    beside = {one["round"]: one for one in base}
    pairs = [(one, beside[one["round"]]) for one in rounds if one["round"] in beside]
    return [what(a) / what(b) for a, b in pairs]


class View:
    """The results, asked by the names of load and server."""

    def __init__(self, results: Results) -> None:
        self.results = results
        self.loads = {load["name"]: load for load in results["loads"]}

    def rounds(self, load: str, server: str) -> list[Round]:
        found = self.loads.get(load, {}).get("servers", {}).get(server, {})
        return list(found.get("rounds", []))

    def ratios(
        self, load: str, server: str, base: str, what: Callable[[Round], float] = cpu
    ) -> list[float]:
        return ratios(self.rounds(load, server), self.rounds(load, base), what)

    def ratio(self, load: str, server: str, base: str) -> float | None:
        found = self.ratios(load, server, base)
        return statistics.median(found) if found else None

    def median_of(self, load: str, server: str, key: str) -> float | None:
        found = self.loads.get(load, {}).get("servers", {}).get(server, {})
        return statistics.median(found[key]) if found.get(key) else None


# Tables

Cell = tuple[str, int]  # heading, width


def table(view: View, load: dict[str, Any]) -> list[str]:
    """One load as lines of at most 100 columns."""
    columns: list[Cell] = [
        ("CPU µs", 8), ("±", 5), ("user", 7), ("system", 7), ("× epoll", 9), ("× asyncore", 11),
        ("requests/s", 11), ("p50 µs", 8), ("p99 µs", 8),
    ]  # fmt: skip
    lines = [
        load["title"],
        f"{'':24}" + "".join(f"{name:>{width}}" for name, width in columns),
    ]
    for name, server in load["servers"].items():
        rounds = server["rounds"]
        if not rounds:
            continue
        cost = middle(rounds, cpu)
        share = user_share(rounds)
        cells = [
            figure(cost),
            percent(spread(rounds, cpu)),
            figure(None if cost is None or share is None else cost * share),
            figure(None if cost is None or share is None else cost * (1 - share)),
            figure(view.ratio(load["name"], name, "epoll")),
            figure(view.ratio(load["name"], name, server["base"])),
            whole(middle(rounds, rate)),
            whole(middle(rounds, latency)),
            whole(middle(rounds, tail)),
        ]
        row = "".join(f"{text:>{width}}" for text, (_, width) in zip(cells, columns, strict=True))
        lines.append(f"{server['title']:24}" + row)
    return lines + opening(view, load) + notes(load)


def opening(view: View, load: dict[str, Any]) -> list[str]:
    """What the idle connections took: seconds to open them, memory for each."""
    if not load["idle"]:
        return []
    lines = ["", f"{'':24}{'open all, s':>13}{'kB for each':>13}"]
    for name, server in load["servers"].items():
        seconds = view.median_of(load["name"], name, "open_seconds")
        each = view.median_of(load["name"], name, "idle_bytes")
        if seconds is None or each is None:
            continue
        # A few pages more or less are all that can be seen of a few connections.
        memory = f"{each / 1000:.2f}" if load["idle"] >= 1000 else "–"
        lines.append(f"{server['title']:24}{seconds:13.3f}{memory:>13}")
    return lines


def notes(load: dict[str, Any]) -> list[str]:
    """What the figures were got with, and who is missing."""
    rounds = [one for server in load["servers"].values() for one in server["rounds"]]
    lines = [""]
    if rounds:
        shares = sorted(one["load_cpu"] / one["seconds"] for one in rounds)
        others = statistics.median(one["others"] / one["seconds"] / 2 for one in rounds)
        lines.append(
            f"the load used {shares[0]:.0%} to {shares[-1]:.0%} of its core, others"
            f" {others:.0%} of the two cores (median)"
        )
        if others > BUSY_OTHERS:
            lines.append(
                "  the machine was not quiet: trust the ratios, and those no closer than ±"
            )
        if shares[-1] > BUSY_LOAD:
            lines.append("  where the load's core was full, requests/s says nothing; CPU µs does")
    lines += [f"left out: {name}: {why}" for name, why in load["left_out"].items()]
    lines += [f"FAILED: {name}: {why}" for name, why in load["failed"].items()]
    return lines if len(lines) > 1 else []


def figure(value: float | None) -> str:
    """Three digits that mean something."""
    if value is None:
        return "–"
    if value >= 1000:
        return f"{value:,.0f}"
    if value >= 100:
        return f"{value:.1f}"
    return f"{value:.2f}" if value >= 0.1 else f"{value:.3f}"


def whole(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}"


def percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.0%}"


def head(results: Results) -> list[str]:
    machine = results["machine"]
    return [
        f"{results['date']}; {results['mode']}",
        f"{machine['cores']} cores, {machine['processor']}; {machine['system']};"
        f" Python {machine['python']}",
        "server on one core, load on another; CPU µs: server CPU time a request, user + system;",
        "every figure a median of rounds, ±: half of the rounds lie within; ratios round by round;",
        "pred.: a program that overrides readable and writable, instead of dispatcher_with_send",
    ]


# Goals


@dataclass(frozen=True)
class Goal:
    """What the engine should reach; `values`: the rounds of this run, [] if it cannot tell."""

    text: str
    limit: float
    values: list[float]
    at_least: bool = False

    @property
    def value(self) -> float | None:
        return statistics.median(self.values) if self.values else None

    @property
    def met(self) -> bool | None:
        if self.value is None:
            return None
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def line(self) -> str:
        word = {True: "met", False: "MISSED", None: "not measured"}[self.met]
        sign = "≥" if self.at_least else "≤"
        half = ""  # where half of the rounds lie
        if len(self.values) >= 3:
            low, _, high = statistics.quantiles(self.values, n=4, method="inclusive")
            half = f"{figure(low)}–{figure(high)}"
        return f"{self.text:60}{figure(self.value):>8}{half:>14}  {sign} {self.limit:<5g} {word}"


def goals(view: View, engine: str = "fast") -> list[Goal]:
    """The goals of the course for its engine, against this run."""
    return [
        *busy_goals(view, engine),
        *idle_goals(view, engine),
        Goal(
            f"{engine}: seconds to open 10,000 connections",
            1.0,
            known(view.median_of("idle-10000", engine, "open_seconds")),
        ),
        Goal(
            f"{engine}: memory of an idle connection, × asyncio streams",
            0.5,
            divided(
                view.median_of("idle-10000", engine, "idle_bytes"),
                view.median_of("idle-10000", "streams", "idle_bytes"),
            ),
        ),
    ]


def busy_goals(view: View, engine: str) -> list[Goal]:
    found = []
    for load in view.results["loads"]:
        if load["idle"]:
            continue
        name, title = load["name"], load["title"]
        found.append(
            Goal(f"{title}: CPU a request × raw epoll", 1.10, view.ratios(name, engine, "epoll"))
        )
        for base in ("asyncore-select", "asyncore-poll"):
            value = view.ratios(name, engine, base)
            found.append(Goal(f"{title}: CPU a request × {base}", 1.05, value))
        if load["busy"] > 1:  # one connection waits for the cores to wake up, whoever serves it
            for base, limit in (("epoll", 0.9), ("protocol", 1.0)):
                value = view.ratios(name, engine, base, rate)
                found.append(Goal(f"{title}: requests/s × {base}", limit, value, True))
    return found


def idle_goals(view: View, engine: str) -> list[Goal]:
    few = middle(view.rounds("idle-10", engine), cpu)
    many = middle(view.rounds("idle-10000", engine), cpu)
    found = [Goal("10,000 idle: CPU a request × the same among 10", 1.2, divided(many, few))]
    for end, limit in (("", 150.0), ("-pred", 3.0)):
        base, own = "asyncore-poll" + end, engine + end
        for word, what in (("CPU a request", cpu), ("p50", latency)):
            value = view.ratios("idle-10000", base, own, what)
            found.append(Goal(f"10,000 idle: {word}, {base} × {own}", limit, value, True))
    return found


def known(value: float | None) -> list[float]:
    return [] if value is None else [value]


def divided(a: float | None, b: float | None) -> list[float]:
    return [a / b] if a is not None and b else []


def text(results: Results) -> str:
    """The whole report, as it is printed."""
    view = View(results)
    lines = head(results)
    for load in results["loads"]:
        lines += ["", "", *table(view, load)]
    told = [goal for goal in goals(view) if goal.met is not None]
    if told:
        lines += ["", "", f"{'goals':60}{'median':>8}{'half within':>14}"]
        lines += [goal.line() for goal in told]
    return "\n".join(lines)
