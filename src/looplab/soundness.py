"""The rules of the house that need no program to be judged: `dev check` and the tests ask them all.

A rule is a function that yields one sentence for each thing that is wrong.
"""

from __future__ import annotations

import ast
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.cells import cell_len

from looplab import mutants, prose
from looplab.checks import faults
from looplab.corpus import Case, CorpusError, cases
from looplab.course import ENGINE, LANGUAGES, Course
from looplab.messages import catalogue
from looplab.skeleton import HoleError
from looplab.workspace import start_text

Rule = Callable[[Course], Iterator[str]]


def problems(course: Course) -> list[str]:
    """Everything that is wrong, rule by rule."""
    return [f"{rule.__name__}: {problem}" for rule in RULES for problem in rule(course)]


# -- files


def start_files(course: Course) -> dict[Path, str]:
    """The start file of every exercise, as it is made from the solution."""
    return {course.root / "lessons" / e.path: start_text(course, e) for e in course.exercises}


def skeletons_are_generated(course: Course) -> Iterator[str]:
    try:
        yield from _old_skeletons(course)
    except (HoleError, OSError) as error:
        yield f"the start files cannot be made: {error}"


def _old_skeletons(course: Course) -> Iterator[str]:
    for path, text in start_files(course).items():
        if not path.is_file():
            yield f"{_short(course, path)} is missing; run ./looplab dev skeleton"
        elif path.read_text("utf-8") != text:
            yield f"{_short(course, path)} is not what ./looplab dev skeleton makes"


def no_stray_files(course: Course) -> Iterator[str]:
    """Every file of a lesson is an exercise, or a program that is the same in lessons/ and
    solutions/."""
    for key in course.keys:
        exercises = {e.file for e in course.lesson(key).exercises if not e.on_engine}
        here, there = (_names(course.root / folder / key) for folder in ("lessons", "solutions"))
        for name in sorted(here ^ there ^ {"lesson.toml"}):
            yield f"{key}/{name} is in only one of lessons/ and solutions/"
        for name in sorted(exercises - there):
            yield f"solutions/{key}/{name} is missing"
        for name in sorted((here & there) - exercises):
            if (course.root / "lessons" / key / name).read_bytes() != (
                course.root / "solutions" / key / name
            ).read_bytes():
                yield f"{key}/{name} is no exercise and differs between lessons/ and solutions/"
    for wrong in (course.root / "tests" / "wrong").glob("*"):
        stems = [path.stem for path in wrong.glob("*.py")]
        known = {f"{stem}{end}" for stem in stems for end in (".py", ".en.txt", ".zh.txt")}
        for name in sorted(_names(wrong) ^ known):
            yield f"tests/wrong/{wrong.name}/{name}: stray or missing; run ./looplab dev record"
    for folder in ("lessons", "solutions", "tests/wrong", "tests/right", "docs/records"):
        for path in (course.root / folder).glob("[0-9]*"):
            if path.name not in course.keys:
                yield f"{folder}/{path.name} belongs to no lesson"
    roots = {"lessons": {ENGINE}, "solutions": {ENGINE, "fast"}, "solutions/fast": {ENGINE}}
    for folder, names in roots.items():
        for name in sorted(_names(course.root / folder) - names - set(course.keys)):
            yield f"{folder}/{name} belongs to no lesson"


def programs_are_used(course: Course) -> Iterator[str]:
    """Every program that drives an engine is there, and somebody starts or shows it."""
    folder, used = course.root / "tests" / "programs", {e.program for e in course.exercises} - {""}
    for path in (course.root / "tests").glob("*.py"):
        used |= set(re.findall(r'\bprogram="(\w+)"', path.read_text("utf-8")))
    shown = set(used)
    for path in (course.root / "docs").glob("*/*.md"):
        pattern = r"tests/programs/(\w+)\.py|looplab run (\w+)"
        shown |= {a or b for a, b in re.findall(pattern, path.read_text("utf-8"))}
    for name in sorted(used):
        if not (folder / f"{name}.py").is_file():
            yield f"tests/programs/{name}.py is missing"
    for name in sorted(_names(folder) - {f"{one}.py" for one in shown}):
        yield f"tests/programs/{name}: no exercise, check or page starts it"


def holes_belong_to_one(course: Course) -> Iterator[str]:
    """A function of a shared file is a hole in one exercise alone."""
    owners: dict[tuple[str, str], str] = {}
    for exercise in course.exercises:
        for hole in exercise.holes:
            owner = owners.setdefault((exercise.path, hole), exercise.id)
            if owner != exercise.id:
                yield f"{exercise.path}: {hole} is a hole of both {owner} and {exercise.id}"


def lessons_are_whole(course: Course) -> Iterator[str]:
    """A lesson has a page in each language and a test file whose checks are those of
    lesson.toml."""
    for lesson in course.lessons:
        for lang in LANGUAGES:
            page = course.root / "docs" / lang / f"{lesson.key}.md"
            if not page.is_file():
                yield f"docs/{lang}/{lesson.key}.md is missing"
                continue
            ids = set(re.findall(r"\{ ?#([\w-]+)", page.read_text("utf-8")))
            for exercise in lesson.exercises:
                for check in exercise.checks:
                    if check.docs not in ids:
                        where = f"docs/{lang}/{lesson.key}.md"
                        yield f"{exercise.id} {check.id}: {where} has no heading #{check.docs}"
        yield from _tests_match(course, lesson.key)


def _tests_match(course: Course, key: str) -> Iterator[str]:
    path = course.root / "tests" / f"test_{key}.py"
    if not path.is_file():
        yield f"tests/test_{key}.py is missing"
        return
    command = [
        sys.executable,
        "-P",
        "-m",
        "pytest",
        "-q",
        "--collect-only",
        "--noconftest",
        "-c",
        "/dev/null",
    ]
    command += [
        f"--rootdir={course.root}",
        "-p",
        "no:cacheprovider",
        "-p",
        "looplab.checks.plugin",
        str(path),
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=course.root)
    collected = set(re.findall(r"::test_(\w+)$", done.stdout, re.M))
    if done.returncode:
        yield f"tests/test_{key}.py: {(done.stdout + done.stderr).strip()[-600:]}"
    for exercise in course.lesson(key).exercises:
        for check in exercise.checks:
            if check.id not in collected:
                yield f"tests/test_{key}.py has no test_{check.id} for {exercise.id}"


# -- the corpus


def corpus_is_rich(course: Course) -> Iterator[str]:
    """Each exercise has three wrong and two right solutions, and each of its checks catches a
    wrong one first."""
    try:
        all_cases = cases(course)
    except CorpusError as error:
        yield str(error)
        return
    for exercise in course.exercises:
        mine = [case for case in all_cases if case.exercise.id == exercise.id]
        for kind, least in (("wrong", 3), ("right", 2)):
            n = sum(case.kind == kind for case in mine)
            if n < least:
                yield f"{exercise.id} has {n} {kind} solutions; it needs {least}"
        yield from _checks_are_earned([check.id for check in exercise.checks], mine)


def _checks_are_earned(checks: list[str], mine: list[Case]) -> Iterator[str]:
    caught = {case.fails[0] for case in mine if case.kind == "wrong" and case.fails}
    for name in checks:
        if name not in caught:
            yield f"{mine[0].exercise.id}: no wrong solution fails first on {name}"
    for case in mine:
        if case.fails and case.fails[0] not in checks:
            yield f"{case.path}: there is no check {case.fails[0]}"
        if case.fails and case.fails[1] not in faults.FAULTS:
            yield f"{case.path}: there is no fault {case.fails[1]}"


def equivalents_are_mutants(course: Course) -> Iterator[str]:
    """What tests/equivalent.toml declares is still a mutant of a reference."""
    for name in mutants.stale(course):
        yield f"tests/equivalent.toml names no mutant: {name}"


# -- the sentences

SHOWN = 5, 78  # lines, columns: an explanation on a screen of 80, below what was checked


def explanations_fit(course: Course) -> Iterator[str]:
    """What is told after passing is short, so that it is read."""
    for exercise in course.exercises:
        for lang in LANGUAGES:
            lines = exercise.after[lang].splitlines()
            if len(lines) > SHOWN[0]:
                yield f"{exercise.id} after.{lang}: {len(lines)} lines, not {SHOWN[0]}"
            for line in lines:
                if cell_len(line) > SHOWN[1]:
                    yield f"{exercise.id} after.{lang}: {cell_len(line)} columns: {line}"


def sentences_are_whole(course: Course) -> Iterator[str]:
    """Every sentence has both halves with the same values, and every id that is used has a
    sentence."""
    for name, entry in _entries(catalogue(), ""):
        if set(entry) != set(LANGUAGES):
            yield f"messages.toml {name}: needs exactly {', '.join(LANGUAGES)}"
        elif len({frozenset(re.findall(r"{(\w+)}", entry[lang])) for lang in LANGUAGES}) > 1:
            yield f"messages.toml {name}: the languages do not name the same values"
    told = set(catalogue()["fault"])
    for name in sorted(told ^ faults.FAULTS):
        yield f"fault {name}: in only one of messages.toml and checks/faults.py"
    used = set()
    checks = course.root / "src" / "looplab" / "checks"
    for path in [*checks.rglob("*.py"), *(course.root / "tests").glob("*.py")]:
        used |= set(re.findall(r'(?<![.\w])say\(\s*"([\w-]+)"', path.read_text("utf-8")))
    for name in sorted(used - set(catalogue()["say"])):
        yield f"messages.toml [say] has no {name}"


def _entries(table: dict[str, object], path: str) -> Iterator[tuple[str, dict[str, str]]]:
    for key, value in table.items():
        name = f"{path}.{key}" if path else key
        if isinstance(value, dict) and all(isinstance(one, dict) for one in value.values()):
            yield from _entries(value, name)
        elif isinstance(value, dict):
            yield name, value
        else:
            yield name, {"": str(value)}


def prose_is_clean(course: Course) -> Iterator[str]:
    """The glossary's words and the rules of both languages, on pages, lessons and messages."""
    yield from prose.problems(course)


# -- the code that learners read


def code_fits_the_page(course: Course) -> Iterator[str]:
    """Lessons and solutions: lines of 80 columns, files of 150 lines but for the engine, functions
    of 20."""
    for pattern, short in (
        ("solutions/**/*.py", True),
        ("tests/programs/*.py", True),
        ("lessons/**/*.py", False),
        ("tests/right/*/*.py", False),
        ("tests/wrong/*/*.py", False),
    ):
        for path in sorted(course.root.glob(pattern)):
            lines = path.read_text("utf-8").splitlines()
            for n, line in enumerate(lines, 1):
                if len(line) > 80:
                    yield f"{_short(course, path)}:{n}: {len(line)} columns"
            if len(lines) > 150 and path.name != ENGINE:
                yield f"{_short(course, path)}: {len(lines)} lines"
            if short:
                yield from _long_functions(course, path)


def _long_functions(course: Course, path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            doc = ast.get_docstring(node, clean=False)
            body = node.body[1:] if doc is not None else node.body
            if body and (length := (node.end_lineno or 0) - body[0].lineno + 2) > 21:
                yield f"{_short(course, path)}:{node.lineno}: {node.name} has {length} lines"


# -- what is shown was run


_SIZE = re.compile(r" *\b\d{1,3}(,\d{3})+\b")  # of a buffer: another kernel has another


def transcripts(course: Course) -> Iterator[tuple[Path, str]]:
    """What each recorded program or command prints now, masked: the file below docs/records/, its
    text."""
    with tempfile.TemporaryDirectory() as folder:
        solved = Path(folder).resolve()
        shutil.copytree(course.root / "solutions", solved / "lessons")
        (solved / "tests").symlink_to(course.root / "tests")
        for path in sorted((course.root / "docs" / "records").glob("*/*.txt")):
            if path.parent.name in course.keys:
                yield path, _shown(path, solved)
            else:
                yield path, _session(course, path)


def _shown(record: Path, solved: Path) -> str:
    """What a program of a lesson prints where all is solved; what it printed when it was recorded,
    if it says that this machine cannot show it, or if nothing differs but sizes of buffers."""
    program = solved / "lessons" / record.parent.name / f"{record.stem}.py"
    command = [sys.executable, str(program)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    recorded = record.read_text("utf-8") if record.is_file() else ""
    if done.returncode == CANNOT_SHOW and recorded:
        return recorded
    text = re.sub(r"(127\.0\.0\.1:)\d+", r"\1PORT", done.stdout + done.stderr)
    text = re.sub(r"\bpython3\.\d+", "python3.13", text).replace(str(solved), "/home/you/looplab")
    return recorded if _SIZE.sub("#", text) == _SIZE.sub("#", recorded) else text


CANNOT_SHOW = 77  # exit status, as test suites use it for "skipped"


def _session(course: Course, path: Path) -> str:
    """A transcript whose lines after `$ ` are commands, with what they print now. `alice` is a
    folder that somebody handed in: all is solved, but in 02.1 one client is read after another."""
    shown = ""
    with tempfile.TemporaryDirectory() as folder:
        alice = Path(folder, "alice")
        shutil.copytree(course.root / "solutions", alice)
        wrong = course.root / "tests" / "wrong" / "02_select" / "recv_in_turn.py"
        program = wrong.read_text("utf-8").partition("\n")[2]  # the first line is for the build
        (alice / "02_select" / "logger.py").write_text(program, "utf-8")
        lang = path.suffixes[0][1:] if len(path.suffixes) > 1 else "en"
        for line in path.read_text("utf-8").splitlines():
            if line.startswith("$ "):
                shown += f"{line}\n{_output(course, line[2:], alice, lang).strip()}\n"
    return shown


def _output(course: Course, command: str, alice: Path, lang: str) -> str:
    """What a shell command of a transcript prints, masked."""
    python = shlex.quote(sys.executable)
    tools = {
        "./looplab": f"{python} -P -m looplab.cli",
        ".venv/bin/python": python,
        "python3": python,
        "alice": shlex.quote(str(alice)),
    }
    words = [tools.get(word, word) for word in command.split()]
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    names = {"LOOPLAB_LANG": lang, "PYTHONUTF8": "1", "PYTHONPATH": str(course.root / "src")}
    done = subprocess.run(
        " ".join(words),
        shell=True,
        cwd=course.root,
        env=kept | names,
        capture_output=True,
        text=True,
    )
    text = re.sub(r"(127\.0\.0\.1:)\d+", r"\1PORT", done.stdout + done.stderr)
    text = re.sub(r'(?<="seconds": )[\d.e-]+|(?<="seed": )\d+|\d+(?= deselected)', "#", text)
    return re.sub(r"\b\d+\.(\d{2,}|\d(?= s\b| 秒))", "#", text)


def transcripts_are_current(course: Course) -> Iterator[str]:
    for path, text in transcripts(course):
        if path.read_text("utf-8") != text:
            short = _short(course, path)
            yield f"{short}: not what the program prints now; run ./looplab dev record"


RULES: tuple[Rule, ...] = (
    skeletons_are_generated,
    no_stray_files,
    programs_are_used,
    holes_belong_to_one,
    lessons_are_whole,
    corpus_is_rich,
    equivalents_are_mutants,
    sentences_are_whole,
    explanations_fit,
    prose_is_clean,
    code_fits_the_page,
    transcripts_are_current,
)


def _names(folder: Path) -> set[str]:
    return (
        {path.name for path in folder.glob("*") if path.name != "__pycache__"}
        if folder.is_dir()
        else set()
    )


def _short(course: Course, path: Path) -> str:
    return path.relative_to(course.root).as_posix()
