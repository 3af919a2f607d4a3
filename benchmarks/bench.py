"""One run of a benchmark: its options, its rounds, what is kept of them.

`engine.py` and `forwarder.py` are two subjects of it. All servers of a load are alive at the same
time; round by round each gets one burst, in an order that changes, and those that are not asked
sleep. Every load is repeated with new processes (a pass), so that what one start happens to be
like does not decide.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rig

Results = dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """How much of everything."""

    mode: str
    passes: int
    rounds: int
    seconds: float  # of one burst

    def passes_of(self, load: rig.Load) -> int:
        return 1 if load.idle > 5000 else self.passes  # what asks every channel opens for long

    @property
    def quick(self) -> bool:
        return self.mode == "quick"


def machine(python: str) -> dict[str, Any]:
    """The kind of machine, without its name."""
    found = "unknown processor"
    with contextlib.suppress(OSError):
        match = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.M)
        found = match[1].strip() if match else platform.machine()
    version = "import platform; print(platform.python_version())"
    try:
        done = subprocess.run([python, "-c", version], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise rig.CannotRun(f"{python} is no Python: {error}") from None
    return {
        "cores": os.cpu_count(),
        "processor": found,
        "system": f"{platform.system()} {platform.release().partition('-')[0]}",
        "python": done.stdout.strip(),
    }


class Bench:
    """One run: its plan, the folder of what was built for it, the cores."""

    programs: tuple[str, ...] = ("load",)  # C files, built before the run

    def __init__(self, plan: Plan, python: str, folder: Path, cores: tuple[int, int]) -> None:
        self.plan, self.python, self.folder, self.cores = plan, python, folder, cores
        self.standard = rig.has_asyncore(python)

    def build(self, compiler: str | None) -> None:
        for name in self.programs:
            rig.build(name, self.folder, compiler)

    def why_not(self, server: rig.Server, load: rig.Load) -> str:
        """Why this server is left out under this load; "" if it runs."""
        return rig.why_not(server, load, quick=self.plan.quick, standard=self.standard)

    def pair(self, server: rig.Server, load: rig.Load) -> rig.Pair:
        return rig.Pair(server, load, self.folder, self.cores, self.python)

    @contextlib.contextmanager
    def around(self, load: rig.Load) -> Iterator[None]:
        """What lives as long as the servers of a pass."""
        yield

    def measure(self, load: rig.Load, servers: list[rig.Server]) -> dict[str, Any]:
        """All passes of one load."""
        reasons = {server.name: self.why_not(server, load) for server in servers}
        there = [server for server in servers if not reasons[server.name]]
        found: dict[str, Any] = {
            "name": load.name,
            "title": load.title,
            "busy": load.busy,
            "idle": load.idle,
            "size": load.size,
            "answer": load.answer,
            "left_out": {name: why for name, why in reasons.items() if why},
            "failed": {},
            "servers": {
                server.name: {
                    "title": server.title,
                    "base": server.base,
                    "open_seconds": [],
                    "idle_bytes": [],
                    "rounds": [],
                }
                for server in there
            },
        }
        for number in range(self.plan.passes_of(load)):
            with self.around(load):
                self.one_pass(number, load, there, found)
        return found

    def one_pass(
        self, number: int, load: rig.Load, servers: list[rig.Server], found: dict[str, Any]
    ) -> None:
        """New processes, their bursts interleaved; a server that fails is left out from then on."""
        pairs: list[rig.Pair] = []
        warm = min(self.plan.seconds, 0.1)
        try:
            for server in servers:
                if server.name in found["failed"]:
                    continue
                progress(f"{load.title}: opening {server.title}")
                with self.noting(server, found):
                    pairs.append(self.pair(server, load))
                    for key, value in pairs[-1].open(warm).items():
                        found["servers"][server.name][key].append(value)
            for turn in range(self.plan.rounds):
                which = number * self.plan.rounds + turn
                progress(f"{load.title}: round {which + 1}")
                for pair in in_turn(pairs, which):
                    if pair.server.name not in found["failed"]:
                        with self.noting(pair.server, found):
                            seen = pair.run(self.plan.seconds)
                            rounds = found["servers"][pair.server.name]["rounds"]
                            rounds.append({"round": which} | seen)
            for pair in pairs:
                if pair.server.name not in found["failed"]:
                    with self.noting(pair.server, found):
                        pair.prove()
        finally:
            progress("")
            for pair in pairs:
                pair.stop()

    @contextlib.contextmanager
    def noting(self, server: rig.Server, found: dict[str, Any]) -> Any:
        """What goes wrong with one server is told, and does not end the run."""
        try:
            yield
        except rig.Failed as error:
            found["failed"][server.name] = str(error)


def in_turn(pairs: list[rig.Pair], which: int) -> list[rig.Pair]:
    """The order of a round: another one begins, and every second round goes backwards."""
    start = which % len(pairs) if pairs else 0
    order = pairs[start:] + pairs[:start]
    return order[::-1] if which % 2 else order


def progress(what: str) -> None:
    """A line that is overwritten; nothing where nobody watches."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{what}", end="", file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Subject:
    """What a benchmark is about: who is measured, under which loads, and how that is told."""

    program: str
    about: str
    epilog: str
    servers: Callable[[argparse.Namespace], list[rig.Server]]
    load_named: Callable[[str], rig.Load]
    loads: str
    quick_loads: str
    bench: type[Bench]
    text: Callable[[Results], str]
    svg: Callable[[Results, str], str]
    own: bool = False  # takes one more engine by its folder


def arguments(subject: Subject, words: list[str] | None = None) -> argparse.Namespace:
    names = [server.name for server in subject.servers(argparse.Namespace(engine=None))]
    parser = argparse.ArgumentParser(
        description=subject.about, epilog=f"servers: {', '.join(names)}. {subject.epilog}"
    )
    parser.add_argument("--quick", action="store_true", help="about two minutes, fewer loads")
    parser.add_argument("--servers", help="names, with commas between (default: all)")
    parser.add_argument("--loads", help=f"names, with commas between (default: {subject.loads})")
    if subject.own:
        parser.add_argument(
            "--engine",
            type=Path,
            metavar="FOLDER",
            help="one more engine: FOLDER/asyncore.py, as own and own-pred",
        )
    parser.add_argument("--python", default=sys.executable, help="the Python of the servers")
    parser.add_argument("--passes", type=int, help="starts of every server")
    parser.add_argument("--rounds", type=int, help="bursts of every server in a pass")
    parser.add_argument("--seconds", type=float, help="length of a burst")
    parser.add_argument("--compiler", help="the C compiler of the load (default: cc, gcc, clang)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all rounds there")
    parser.add_argument("--plot", type=Path, metavar="FILE.svg", help="draw the picture there")
    parser.add_argument("--lang", choices=("en", "zh"), default="en", help="of the picture")
    parser.add_argument(
        "--read",
        type=Path,
        metavar="FILE",
        help="no run: tables and picture of an earlier --json FILE",
    )
    args = parser.parse_args(words)
    args.plan, args.servers, args.loads = checked(subject, parser, args)
    return args


def checked(
    subject: Subject, parser: argparse.ArgumentParser, args: argparse.Namespace
) -> tuple[Plan, list[rig.Server], list[rig.Load]]:
    """The options as what they stand for; a bad one ends the program with status 2."""
    for name in ("passes", "rounds", "seconds"):
        value = getattr(args, name)
        if value is not None and not value > 0:
            parser.error(f"--{name} must be more than 0, not {value}")
    plan = Plan(
        "quick" if args.quick else "full",
        args.passes or (1 if args.quick else 3),
        args.rounds or (3 if args.quick else 5),
        args.seconds or (0.1 if args.quick else 0.4),
    )
    known = {server.name: server for server in subject.servers(args)}
    servers = list(known.values())
    if args.servers:
        for name in args.servers.split(","):
            if name not in known:
                parser.error(f"no server {name!r}; there are {', '.join(known)}")
        servers = [known[name] for name in known if name in args.servers.split(",")]
    try:
        words = args.loads or (subject.quick_loads if args.quick else subject.loads)
        loads = [subject.load_named(name) for name in dict.fromkeys(words.split(","))]
    except ValueError as error:
        parser.error(str(error))
    if args.plot and not args.plot.parent.is_dir() or args.json and not args.json.parent.is_dir():
        parser.error("the folder of --json or --plot does not exist")
    if args.read and not args.read.is_file():
        parser.error(f"--read: there is no file {args.read}")
    return plan, servers, loads


def run(subject: Subject, args: argparse.Namespace) -> Results:
    """Measure everything that was asked for."""
    cores = rig.prepare()
    results: Results = {
        "date": datetime.datetime.now().strftime("%Y-%m-%d %H:%M"),
        "mode": f"{args.plan.mode}: bursts of {args.plan.seconds:g} s, {args.plan.rounds} rounds,"
        f" {args.plan.passes} {'passes' if args.plan.passes > 1 else 'pass'}",
        "machine": machine(args.python),
        "loads": [],
    }
    with tempfile.TemporaryDirectory() as folder, rig.at_core(cores[1]):
        bench = subject.bench(args.plan, args.python, Path(folder), cores)
        bench.build(args.compiler)
        with contextlib.suppress(KeyboardInterrupt):  # what is measured so far is shown
            for load in args.loads:
                results["loads"].append(bench.measure(load, args.servers))
    return results


def main(subject: Subject) -> int:
    args = arguments(subject)
    try:
        results = json.loads(args.read.read_text("utf-8")) if args.read else run(subject, args)
    except rig.CannotRun as error:
        print(f"benchmarks/{subject.program}: {error}", file=sys.stderr)
        return 2
    print(subject.text(results))
    if args.json:
        args.json.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    if args.plot:
        args.plot.write_text(subject.svg(results, args.lang), "utf-8")
    return 1 if any(load["failed"] for load in results["loads"]) else 0
