"""`dev soak`: every program of the corpus again and again on a busy machine.

Counts are kept below .looplab/soak/ and go on in the next run. Any odd verdict is kept, whole.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, field
from math import inf

from looplab import corpus
from looplab.checks.runner import Record
from looplab.cli.screen import FAILED, OK, STOPPED, Screen
from looplab.corpus import Case
from looplab.course import Course, Exercise
from looplab.workspace import write

OUTCOMES = ("passed", "failed", "not-run")


@dataclass
class Count:
    """What one program came to so far, check by check. Another program or other checks (`mark`)
    are counted anew."""

    mark: str
    runs: int = 0
    odd: int = 0
    checks: dict[str, dict[str, int]] = field(default_factory=dict)


class Tally:
    """The counts of these cases, kept from run to run."""

    def __init__(self, course: Course, cases: Sequence[Case]) -> None:
        self.folder = course.root / ".looplab" / "soak"
        self._path = self.folder / "counts.json"
        self.cases = cases
        self._kept = self._load()
        self.anew = 0  # programs that were counted once and have changed since
        for case in cases:
            mark = corpus.fingerprint(course, case.exercise, corpus.program(course, case))
            mark += f" {case.fails}"
            kept = self._kept.get(case.name)
            if kept is None or kept.mark != mark:
                self.anew += kept is not None
                self._kept[case.name] = Count(mark)

    def _load(self) -> dict[str, Count]:
        try:
            kept = json.loads(self._path.read_text("utf-8"))
            return {name: Count(**count) for name, count in kept.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}

    def __getitem__(self, case: Case) -> Count:
        return self._kept[case.name]

    def add(self, case: Case, records: Sequence[Record], odd: bool) -> None:
        """Count one run and keep the counts."""
        count = self[case]
        count.runs, count.odd = count.runs + 1, count.odd + odd
        for record in records:
            check = count.checks.setdefault(record["check"], {})
            check[record["outcome"]] = check.get(record["outcome"], 0) + 1
        self.folder.mkdir(parents=True, exist_ok=True)
        write(self._path, json.dumps({n: asdict(c) for n, c in self._kept.items()}, indent=0))

    def by_check(self) -> dict[tuple[str, str], Counter[str]]:
        """(exercise, check) -> how many of its verdicts were what, in teaching order."""
        order = {(c.exercise.id, check.id): None for c in self.cases for check in c.exercise.checks}
        table: dict[tuple[str, str], Counter[str]] = {pair: Counter() for pair in order}
        for case in self.cases:
            for check, outcomes in self[case].checks.items():
                table[case.exercise.id, check].update(outcomes)
        return table

    @property
    def runs(self) -> int:
        return sum(self[case].runs for case in self.cases)

    @property
    def odd(self) -> int:
        return sum(self[case].odd for case in self.cases)


@dataclass
class Plan:
    """How much of it: `times` each, for `minutes`, or until each check has given so many
    `verdicts`, whichever ends first; `jobs` at once beside `load` busy loops for each core."""

    times: int | None
    minutes: float | None
    verdicts: int | None
    jobs: int
    load: int

    def cases(self, tally: Tally) -> Iterator[Case]:
        """Whom to judge next: round robin, those first that were judged least so far."""
        times = self.times or (None if self.minutes or self.verdicts else 10)
        end = time.monotonic() + 60 * self.minutes if self.minutes else inf
        rounds = itertools.count() if times is None else range(times)
        orders = itertools.takewhile(bool, (self._round(tally) for _ in rounds))
        return itertools.takewhile(
            lambda _: time.monotonic() < end, itertools.chain.from_iterable(orders)
        )

    def _round(self, tally: Tally) -> list[Case]:
        """Once round; if there are `verdicts` to reach, without those who give none of these."""
        order = sorted(tally.cases, key=lambda case: tally[case].runs)
        if self.verdicts is None:
            return order
        given = tally.by_check()
        short = {pair for pair, outcomes in given.items() if outcomes.total() < self.verdicts}
        return [
            case
            for case in order
            if not tally[case].runs
            or any((case.exercise.id, check) in short for check in tally[case].checks)
        ]


def soak(screen: Screen, exercises: Sequence[Exercise], plan: Plan, kinds: Sequence[str]) -> int:
    """Judge each program of these kinds again and again, and print how many verdicts each check
    gave since it last changed, and how many were odd. Ctrl-C ends it in order."""
    try:
        chosen = [case for case in corpus.cases(screen.course, exercises) if case.kind in kinds]
    except corpus.CorpusError as error:
        print(error)
        return FAILED
    tally = Tally(screen.course, chosen)
    if tally.anew:
        screen.tell("soak-anew", n=tally.anew)
    if tally.runs:
        screen.tell("soak-goes-on", n=tally.runs)
    whole = _judge(screen, tally, plan)
    for (exercise, check), outcomes in tally.by_check().items():
        told = {name.replace("-", "_"): f"{outcomes[name]:6}" for name in OUTCOMES}
        print(screen.say("soak-row", check=f"{exercise} {check:16}", **told))
    least = min((n["passed"] + n["failed"] for n in tally.by_check().values()), default=0)
    screen.tell("soak-done", runs=tally.runs, least=least, odd=tally.odd)
    if not whole:
        return STOPPED
    return FAILED if tally.odd else OK


def _judge(screen: Screen, tally: Tally, plan: Plan) -> bool:
    """All runs of the plan. False if Ctrl-C ended it: what is under way then is counted still."""
    under_way: dict[Future[list[Record]], Case] = {}
    began, n = time.monotonic(), 0
    with ThreadPoolExecutor(plan.jobs) as pool, busy(plan.load * (os.cpu_count() or 1)):
        try:
            todo = plan.cases(tally)
            while True:
                for case in itertools.islice(todo, plan.jobs - len(under_way)):
                    under_way[pool.submit(corpus.run, screen.course, case)] = case
                if not under_way:
                    return True
                for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                    _note(screen, tally, plan, under_way.pop(future), future.result())
                    n += 1
                    if n % len(tally.cases) == 0:
                        told = {"n": n // len(tally.cases), "odd": tally.odd}
                        screen.tell("soak-round", **told, seconds=round(time.monotonic() - began))
                        sys.stdout.flush()
        except KeyboardInterrupt:
            screen.tell("soak-stopping", n=len(under_way))
            sys.stdout.flush()
            for future, case in under_way.items():
                _note(screen, tally, plan, case, future.result())
            return False


def _note(screen: Screen, tally: Tally, plan: Plan, case: Case, records: list[Record]) -> None:
    problem = corpus.problem(case, records)
    tally.add(case, records, problem is not None)
    if problem is None:
        return
    kept = {
        "case": case.name,
        "problem": problem,
        "seed": records[-1]["seed"] if records else None,
        "load": plan.load,
        "jobs": plan.jobs,
        "records": records,
    }
    path = tally.folder / f"{case.name}-{time.time_ns()}.json"
    write(path, json.dumps(kept, ensure_ascii=False, indent=1))
    print(problem, path.relative_to(screen.course.root), sep="\n", flush=True)


@contextlib.contextmanager
def busy(n: int) -> Iterator[None]:
    """`n` processes that do nothing but use a core. They end with this one, whatever happens."""
    code = "import os\nparent = os.getppid()\nwhile os.getppid() == parent:\n    sum(range(100000))"
    loops = [
        subprocess.Popen([sys.executable, "-I", "-c", code], process_group=0) for _ in range(n)
    ]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()
