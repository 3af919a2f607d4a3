"""`dev soak`: every program of the corpus again and again on a busy machine.

Any odd verdict is kept, whole.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from looplab import corpus
from looplab.checks.runner import Record
from looplab.cli.screen import FAILED, OK, Screen
from looplab.course import Exercise


def soak(
    screen: Screen,
    exercises: Sequence[Exercise],
    times: int,
    jobs: int,
    load: int,
    kinds: Sequence[str],
) -> int:
    """Judge each program `times` times, `jobs` at once, beside `load` busy loops for each core.

    Prints how many verdicts each check gave and how many were odd; an odd one is kept whole.
    """
    cases = [case for case in corpus.cases(screen.course, exercises) if case.kind in kinds]
    verdicts: Counter[tuple[str, str]] = Counter()
    odd = 0
    began = time.monotonic()
    with busy(load * (os.cpu_count() or 1)), ThreadPoolExecutor(jobs) as pool:
        rounds = [case for _ in range(times) for case in cases]
        for n, (case, records) in enumerate(
            zip(
                rounds, pool.map(lambda case: corpus.run(screen.course, case), rounds), strict=True
            ),
            1,
        ):
            verdicts.update((record["exercise"], record["check"]) for record in records)
            if (problem := corpus.problem(case, records)) is not None:
                odd += 1
                print(problem, _keep(screen.course.root, case, records), sep="\n", flush=True)
            if n % len(cases) == 0:
                seconds = round(time.monotonic() - began)
                told = {"n": n // len(cases), "all": times, "odd": odd, "seconds": seconds}
                screen.tell("soak-round", **told)
                sys.stdout.flush()
    for (exercise, check), n in sorted(verdicts.items()):
        print(f"{exercise} {check:20} {n:6}")
    screen.tell("soak-done", programs=len(rounds), verdicts=sum(verdicts.values()), odd=odd)
    return FAILED if odd else OK


@contextlib.contextmanager
def busy(n: int) -> Iterator[None]:
    """`n` processes that do nothing but use a core. They end with this one, whatever happens."""
    code = "import os\nparent = os.getppid()\nwhile os.getppid() == parent:\n    sum(range(100000))"
    loops = [subprocess.Popen([sys.executable, "-I", "-c", code]) for _ in range(n)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def _keep(root: Path, case: corpus.Case, records: Sequence[Record]) -> Path:
    folder = root / ".looplab" / "soak"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{case.name}-{time.time_ns()}.json"
    path.write_text(json.dumps(records, ensure_ascii=False, indent=1), "utf-8")
    return path.relative_to(root)
