"""For authors: is the course sound, make the start files, record what is shown."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from looplab import corpus, soundness
from looplab.checks.runner import Record
from looplab.cli.report import plain
from looplab.cli.screen import FAILED, OK, Screen
from looplab.course import LANGUAGES
from looplab.workspace import write


def check(screen: Screen) -> int:
    """Every rule of the house, then every program of the corpus. Prints each problem as it is
    found."""
    problems = soundness.problems(screen.course)
    for problem in problems:
        print(problem)
    found, n = len(problems), 0
    try:
        chosen = corpus.cases(screen.course)
    except corpus.CorpusError as error:
        print(error)
        chosen, found = [], found + 1
    for case, future in corpus.run_all(screen.course, chosen, corpus.SEED):
        records, n = future.result(), n + 1
        for problem in case_problems(screen, case, records):
            print(problem, flush=True)
            found += 1
    screen.tell("dev-problems" if found else "dev-ok", n=found or n)
    return FAILED if found else OK


def case_problems(screen: Screen, case: corpus.Case, records: list[Record]) -> list[str]:
    """What is wrong with one case: its verdict, or the message that is recorded beside it."""
    if (problem := corpus.problem(case, records)) is not None:
        return [problem]
    if case.kind != "wrong":
        return []
    stale = [path for path, text in messages(case, records).items() if not _says(path, text)]
    return [
        f"{path.relative_to(screen.course.root)}: not what is shown now; run ./looplab dev record"
        for path in stale
    ]


def messages(case: corpus.Case, records: list[Record]) -> dict[Path, str]:
    """The files beside a wrong solution: what its learner is shown, masked, in each language."""
    failure = corpus.failure(records)
    if failure is None:
        return {}
    record = corpus.masked(failure)
    return {
        case.path.with_suffix(f".{lang}.txt"): plain(record, case.exercise, lang, timeline=False)
        for lang in LANGUAGES
    }


def skeleton(screen: Screen) -> None:
    """Write every start file that is not as it should be. Only for authors: learners edit
    lessons/."""
    made = same = 0
    for path, text in soundness.start_files(screen.course).items():
        if _same(path, text):
            same += 1
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            write(path, text)
            made += 1
    screen.tell("dev-made", n=made, same=same)


def record(screen: Screen) -> None:
    """Record every transcript and every wrong solution's message anew."""
    made = same = 0
    wanted = dict(soundness.transcripts(screen.course))
    wrong = [case for case in corpus.cases(screen.course) if case.kind == "wrong"]
    for case, future in corpus.run_all(screen.course, wrong, corpus.SEED):
        records = future.result()
        if (problem := corpus.problem(case, records)) is not None:
            print(problem, flush=True)
            continue
        said = messages(case, records)
        wanted |= {path: text for path, text in said.items() if not _says(path, text)}
        same += sum(path not in wanted for path in said)
    for path, text in wanted.items():
        if _same(path, text):
            same += 1
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            write(path, text)
            made += 1
    screen.tell("dev-made", n=made, same=same)


def docs(screen: Screen, port: int) -> int:
    """mkdocs with live reload, both languages."""
    command = [
        sys.executable,
        "-m",
        "mkdocs",
        "serve",
        "--strict",
        "--dev-addr",
        f"127.0.0.1:{port}",
    ]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1", "SITE_URL": f"http://127.0.0.1:{port}/"}
    return subprocess.call(command, cwd=screen.course.root, env=environment)


def test(screen: Screen, args: list[str]) -> int:
    """The project's own tests: its tool, its site, and the lessons' checks on the reference."""
    # All of them: two files of tests for each core, as most of them wait. The programs of the
    # corpus are one file, and several at a time.
    spread = [] if args else ["-n", str(2 * (os.cpu_count() or 1)), "--dist", "loadfile"]
    command = [sys.executable, "-m", "pytest", "--target", "solutions", *spread, *args]
    return subprocess.call(command, cwd=screen.course.root)


def _same(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text("utf-8") == text


def _says(path: Path, text: str) -> bool:
    """Whether a recorded message says this."""
    return path.is_file() and corpus.alike(text, path.read_text("utf-8"))
