"""`dev mutants`: every reference with one small thing changed; which changes do the checks notice?

Verdicts are kept below .looplab/, so that a run that was stopped goes on, and a second one judges
only what is new.
"""

from __future__ import annotations

import difflib
import itertools
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from looplab import corpus
from looplab import mutants as make
from looplab.checks.runner import Record
from looplab.cli.screen import FAILED, OK, OURS, STOPPED, Screen
from looplab.course import Course, Exercise
from looplab.mutants import Mutant
from looplab.workspace import write

SURVIVED, BROKE = "survived", "broke"
TRIES = 3  # a machine that is too busy to ask about time may be calm a moment later

Chosen = Sequence[tuple[Exercise, Mutant]]
Verdict = tuple[Exercise, Mutant, str]


def mutants(
    screen: Screen, exercises: Sequence[Exercise], jobs: int, only: str | None, listed: bool
) -> int:
    """Judge the mutants of these exercises' references; list those that no check notices.

    FAILED if one of them is not declared equivalent, or if a declaration names none. A declared one
    that is noticed all the same is told: either the reason is wrong, or a right program is refused.
    """
    owners = dict.fromkeys(make.judges(screen.course, e)[0] for e in exercises)
    chosen: Chosen = [(e, mutant) for e in owners for mutant in make.of_exercise(screen.course, e)]
    if only is not None:
        chosen = _only(screen, chosen, only)
    if listed:
        for _, mutant in chosen:
            print(mutant.id)
        return OK
    try:
        return _report(screen, _verdicts(screen, chosen, jobs, only is not None))
    except KeyboardInterrupt:
        screen.tell("mutants-stopped")
        return STOPPED


def _only(screen: Screen, chosen: Chosen, only: str) -> Chosen:
    found = [(exercise, mutant) for exercise, mutant in chosen if mutant.id == only]
    if not found:
        near = difflib.get_close_matches(only, [mutant.id for _, mutant in chosen], n=3)
        screen.fail("no-mutant", *near, screen.say("see-mutants"), id=only)
    return found


# -- verdicts


def _verdicts(screen: Screen, chosen: Chosen, jobs: int, anew: bool) -> Iterator[Verdict]:
    """What each mutant comes to, in order: `CHECK FAULT`, SURVIVED, or BROKE and why."""
    course, path = screen.course, screen.course.root / ".looplab" / "mutants.json"
    kept = _kept(path)
    marks = {m.id: _mark(course, e, m) for e, m in chosen}

    def verdict(one: tuple[Exercise, Mutant]) -> str:
        found = None if anew else kept.get(marks[one[1].id])
        return found or _judge(screen, *one)

    pool = ThreadPoolExecutor(jobs)
    try:
        for (exercise, mutant), found in zip(chosen, pool.map(verdict, chosen), strict=True):
            if not found.startswith(BROKE) and kept.get(marks[mutant.id]) != found:
                kept[marks[mutant.id]] = found
                path.parent.mkdir(exist_ok=True)
                write(path, json.dumps(kept, indent=0))
            yield exercise, mutant, found
    finally:
        pool.shutdown(cancel_futures=True)


def _mark(course: Course, exercise: Exercise, mutant: Mutant) -> str:
    text, all_ = mutant.source.encode(), make.judges(course, exercise)
    return "".join(corpus.fingerprint(course, judge, text) for judge in all_)


def _kept(path: Path) -> dict[str, str]:
    try:
        return dict(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError):
        return {}  # it only saves time


def _judge(screen: Screen, exercise: Exercise, mutant: Mutant) -> str:
    """The first of all its judges that notices says what."""
    course = screen.course
    all_ = (_judged_by(course, one, mutant) for one in make.judges(course, exercise))
    return next((found for found in all_ if found != SURVIVED), SURVIVED)


def _judged_by(course: Course, exercise: Exercise, mutant: Mutant) -> str:
    for _ in range(TRIES):
        text = mutant.source.encode()
        records = corpus.run_program(course, exercise, text, corpus.SEED)
        bad = next((r for r in records if r["outcome"] in ("failed", "our-fault")), None)
        if bad is not None or not any(map(_too_busy, records)):
            break
    if bad is None:
        return SURVIVED
    if bad["outcome"] == "our-fault":
        return f"{BROKE} {bad['check']}: {bad['error']}"
    return f"{bad['check']} {bad['fault']}"


def _too_busy(record: Record) -> bool:
    return bool(record["outcome"] == "not-run" and record["reason"] == "platform:busy")


# -- what is told


def _report(screen: Screen, verdicts: Iterator[Verdict]) -> int:
    """A line for each exercise as soon as it is judged, and one for all. The exit status."""
    known = make.equivalents(screen.course)
    total = Counter[str]()
    for exercise, some in itertools.groupby(verdicts, lambda verdict: verdict[0]):
        counts = Counter[str]()
        for _, mutant, found in some:
            declared = make.reason(mutant, known) is not None
            counts[_class(found, declared)] += 1
            _tell(screen, exercise, mutant, found, declared)
        total += counts
        _row(screen, "mutants-row", counts, id=exercise.id, title=exercise.title[screen.lang])
    _row(screen, "mutants-total", total)
    stale = make.stale(screen.course)
    for name in stale:
        print(screen.say("mutant-stale", id=name))
    if total[BROKE]:
        return OURS
    return FAILED if stale or total[SURVIVED] else OK


def _tell(screen: Screen, exercise: Exercise, mutant: Mutant, found: str, declared: bool) -> None:
    if found == SURVIVED and not declared:
        sentence = screen.say("mutant-survived", id=mutant.id)
    elif found.startswith(BROKE):
        sentence = screen.say("mutant-broke", id=mutant.id, check=found.removeprefix(BROKE).strip())
    elif found != SURVIVED and declared:
        sentence = screen.say("mutant-noticed", id=mutant.id, found=found)
    else:
        return
    where = f"  solutions/{exercise.path}:{mutant.line}"
    # No wrapping: an id is to be copied.
    print(sentence, where, f"  - {mutant.before}", f"  + {mutant.after}", sep="\n", flush=True)


def _class(verdict: str, declared: bool) -> str:
    if verdict.startswith(BROKE):
        return BROKE
    if verdict == SURVIVED:
        return "equivalent" if declared else SURVIVED
    return "noticed" if declared else "killed"


def _row(screen: Screen, key: str, counts: Counter[str], **more: str) -> None:
    """Killed are those too that were declared equivalent and are noticed all the same."""
    n = counts.total()
    killed = counts["killed"] + counts["noticed"]
    judged = n - counts["equivalent"]
    screen.tell(
        key,
        n=n,
        killed=killed,
        equivalent=counts["equivalent"],
        survived=counts[SURVIVED] + counts[BROKE],
        percent=_percent(killed, judged),
        raw=_percent(killed, n),
        **more,
    )
    sys.stdout.flush()


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}" if whole else "100"
