"""The programs that keep the checks honest: reference, start file, the reference with the line
taken out that learners are told to take out, right and wrong solutions of every exercise.

Each is judged as a learner's program is, and must come to what its first line says. Of an exercise
of the engine, the start file has earlier exercises written and later ones not; `staged` is the
reference with later ones not written; a right or wrong one holds what it replaces in the reference.
"""

from __future__ import annotations

import ast
import hashlib
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from looplab.checks.runner import Record, judge
from looplab.course import ENGINE, Course, Exercise
from looplab.overlay import laid_over
from looplab.skeleton import HoleError, at_start, without

SEED = 1  # recorded messages are made with it
JOBS = 3 * (os.cpu_count() or 1)  # programs judged at a time: most of them wait
# Of a message: which of several clients met it first; a size that was calibrated to this kernel;
# how a tester that a learner wrote was told of an end; where lines are broken.
_CHANCE = re.compile(r"(client|客户端)\s+[A-Z]\b|\d{7,}|(?<=`reject )[^`]+|\s+")
_FAILS = re.compile(r"# fails (\d\d\.\w+) (\w+) ([\w-]+)$")
_ENGINE_LINE = re.compile(rf'("{ENGINE}", line )\d+')  # moves with every edit of the reference
_PASSES = re.compile(r"# passes (\d\d\.\w+(?: \d\d\.\w+)*)$")  # one of a file that exercises share


class CorpusError(Exception):
    """A file of the corpus whose first line says nothing that can be used."""


@dataclass(frozen=True)
class Case:
    """One program and what it must come to: `fails` is (check, fault), None means that all checks
    pass."""

    kind: str  # reference, staged, start, break, right, wrong
    exercise: Exercise
    path: Path
    fails: tuple[str, str] | None

    @property
    def name(self) -> str:
        return f"{self.exercise.id}-{self.kind}-{self.path.stem}"


def cases(course: Course, exercises: Sequence[Exercise] | None = None) -> list[Case]:
    """All of them, exercise by exercise. Raises CorpusError."""
    chosen = course.exercises if exercises is None else exercises
    found = []
    for exercise in chosen:
        reference = course.root / "solutions" / exercise.path
        start = course.root / "lessons" / exercise.path
        spoilt = exercise.broken_by.check, exercise.broken_by.fault
        found.append(Case("reference", exercise, reference, None))
        if exercise.on_engine and course.later(exercise):
            found.append(Case("staged", exercise, reference, None))
        found.append(Case("start", exercise, start, _start_fails(course, exercise)))
        found.append(Case("break", exercise, reference, spoilt))
        program(course, found[-1])  # a line that cannot be taken out is told now
    by_id = {exercise.id: exercise for exercise in chosen}
    for kind, pattern in (("right", _PASSES), ("wrong", _FAILS)):
        for path in sorted((course.root / "tests" / kind).glob("*/*.py")):
            match = pattern.match(first_line(path))
            if match is None:
                raise CorpusError(
                    f"{path}: line 1 must be `# passes ID` or `# fails ID CHECK FAULT`"
                )
            fails = (match[2], match[3]) if kind == "wrong" else None
            for exercise_id in match[1].split():
                if exercise_id not in by_id:
                    continue
                found.append(Case(kind, by_id[exercise_id], path, fails))
                if found[-1].exercise.on_engine:
                    program(course, found[-1])  # one that replaces nothing is told now
    return found


def _start_fails(course: Course, exercise: Exercise) -> tuple[str, str] | None:
    if exercise.kind == "solved":
        return None
    if exercise.start_fails is not None:
        return exercise.start_fails
    if exercise.kind == "repair":
        match = _FAILS.match(
            first_line(course.root / "tests" / "wrong" / exercise.lesson / exercise.start)
        )
        if match is None:
            raise CorpusError(f"{exercise.id}: its start file has no usable first line")
        if match[1] != exercise.id:
            raise CorpusError(f"{exercise.id}: its start file is {match[1]}'s; say start_fails")
        return match[2], match[3]
    first = next(check.id for check in exercise.checks if check.id != "imports")
    return first, "not-implemented"


def first_line(path: Path) -> str:
    with path.open(encoding="utf-8") as file:
        return file.readline().rstrip("\n")


def run(course: Course, case: Case, seed: int | None = None) -> list[Record]:
    """The case's records, up to the first failure."""
    return run_program(course, case.exercise, program(course, case), seed)


def program(course: Course, case: Case) -> bytes:
    """What is judged. Raises CorpusError."""
    exercise = case.exercise
    if exercise.on_engine:
        return _engine(course, case).encode()
    text = case.path.read_bytes()
    if case.kind in ("right", "wrong"):  # the first line is for the build
        return text.partition(b"\n")[2]
    if case.kind == "break":
        try:
            return without(text.decode(), exercise.broken_by.line).encode()
        except HoleError as error:
            raise CorpusError(f"{exercise.id} break: {error}") from None
    return text


def _engine(course: Course, case: Case) -> str:
    """The engine that is judged: the reference, and what the case makes of it."""
    exercise = case.exercise
    reference = (course.root / "solutions" / exercise.path).read_text("utf-8")
    later = course.later(exercise)
    try:
        match case.kind:
            case "staged":
                return at_start(reference, later)
            case "start":
                return at_start(reference, [exercise, *later])
            case "break":
                return without(reference, exercise.broken_by.line, exercise.holes)
            case "right" | "wrong":
                return laid_over(reference, case.path.read_text("utf-8"))
        return reference
    except (HoleError, SyntaxError) as error:
        raise CorpusError(f"{case.path} ({exercise.id} {case.kind}): {error}") from None


def run_program(
    course: Course, exercise: Exercise, text: bytes, seed: int | None = None
) -> list[Record]:
    """What this text comes to as a program of the exercise: records, up to the first failure."""
    with tempfile.TemporaryDirectory(prefix="looplab-") as folder:
        place = Path(folder, exercise.path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text)
        if exercise.uses_engine:
            shutil.copy(course.root / "solutions" / ENGINE, folder)
        return list(
            judge(course, [exercise], Path(folder), seed, to_first_failure=True, again=True)
        )


def fingerprint(course: Course, exercise: Exercise, text: bytes) -> str:
    """Changes when the program or anything that judges it does: verdicts kept under it hold."""
    judged = hashlib.sha256(text)
    judged.update(_checks(course, exercise.lesson))
    if exercise.runs_on_engine:
        judged.update(_what_it_runs_with(course))
    judged.update(repr([(c.id, c.needs) for c in exercise.checks]).encode())
    return judged.hexdigest()[:16]


@cache
def _checks(course: Course, lesson: str) -> bytes:
    """What judges a lesson's programs: this Python, the runner, the lesson's tests and what these
    import of the tester."""
    kit = Path(__file__).with_name("checks")
    todo = [course.root / "tests" / f"test_{lesson}.py", kit / "runner.py", kit / "worker.py"]
    paths: set[Path] = set()
    while todo:
        if (path := todo.pop()) not in paths:
            paths.add(path)
            todo += (module for module in _imported(path) if module not in paths)
    texts = [path.read_bytes() for path in sorted(paths)]
    about = repr((sys.version, course.lesson(lesson).forbidden)).encode()
    return hashlib.sha256(b"\0".join([about, *texts])).digest()


def _imported(path: Path) -> Iterator[Path]:
    """The files of looplab.checks, looplab.origin and of this file's own folder that it imports."""
    package = Path(__file__).parent
    of_tester = {f"looplab.checks.{one.stem}": one for one in package.glob("checks/*.py")}
    beside = {one.stem: one for one in path.parent.glob("*.py")}
    known = of_tester | beside | {"looplab.origin": package / "origin.py"}
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}", *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        yield from (known[name] for name in names if name in known)


@cache
def _what_it_runs_with(course: Course) -> bytes:
    """The reference engine, and the programs that drive one."""
    paths = [course.root / "solutions" / ENGINE, *(course.root / "tests/programs").glob("*.py")]
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in sorted(paths))).digest()


def run_all(
    course: Course, chosen: Sequence[Case], seed: int | None = None
) -> Iterator[tuple[Case, Future[list[Record]]]]:
    """Every case, JOBS at a time; in order."""
    with ThreadPoolExecutor(JOBS) as pool:
        futures = [pool.submit(run, course, case, seed) for case in chosen]
        try:
            yield from zip(chosen, futures, strict=True)
        finally:
            pool.shutdown(cancel_futures=True)


def problem(case: Case, records: Sequence[Record]) -> str | None:
    """What is not as the case's first line says, or None."""
    bad = next(
        (record for record in records if record["outcome"] not in ("passed", "not-run")), None
    )
    if bad is not None and bad["outcome"] == "our-fault":
        return f"{case.name}: {bad['check']} broke: {bad['error']}"
    came = (bad["check"], bad["fault"]) if bad else None
    if came != case.fails:
        if case.fails and any(
            r["check"] == case.fails[0] and r["outcome"] == "not-run" for r in records
        ):
            return None  # this machine cannot ask the question
        return f"{case.name}: expected {_words(case.fails)}, came to {_words(came)}" + (
            f" {bad['seen']}" if bad else ""
        )
    return None


def _words(fails: tuple[str, str] | None) -> str:
    return f"{fails[0]} {fails[1]}" if fails else "all checks passed"


# -- the messages that the wrong solutions get, as recorded beside them


def failure(records: Sequence[Record]) -> Record | None:
    return next((record for record in records if record["outcome"] == "failed"), None)


def masked(record: Record) -> Record:
    """A failure without what differs from run to run: ports, seconds, counts, where a spinner was
    met."""
    at_work = bool(record["where"]) and not record["where"]["call"]  # found there by chance
    if record["fault"] in ("busy-loop", "output-flood", "not-ended") or (
        record["fault"] == "never-returns" and at_work
    ):
        record = {**record, "where": None}
    if record["where"] and record["where"]["file"] == ENGINE:
        record = {**record, "where": {**record["where"], "line": "#"}}
    return {
        **record,
        **{
            part: _mask(record[part], part == "seen")
            for part in ("expected", "seen", "where", "traceback")
        },
        "timeline": [
            {**event, "data": _mask(event["data"], False)} if "data" in event else event
            for event in record.get("timeline", [])
        ],
    }


def _mask(value: Any, numbers: bool) -> Any:
    if isinstance(value, str):
        value = re.sub(r"(127\.0\.0\.1:)\d+", r"\1PORT", value)
        value = re.sub(r"\b0x[0-9a-f]{6,}", "0x#", value)
        return _ENGINE_LINE.sub(r"\1#", value)
    if isinstance(value, float) or (numbers and isinstance(value, int)):
        return "#"
    if isinstance(value, list):
        return [_mask(one, numbers) for one in value]
    if isinstance(value, dict):
        return {name: _mask(one, numbers) for name, one in value.items()}
    return value


def alike(text: str, recorded: str) -> bool:
    """Whether two masked messages say the same, but for what is chance."""
    return _CHANCE.sub("", text) == _CHANCE.sub("", recorded)
