"""What the course is: lessons, exercises, checks, questions and hints, read from lesson.toml.

Knows nothing of pytest, of the terminal or of the learner's progress.
"""

from __future__ import annotations

import ast
import difflib
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ("en", "zh")
KINDS = ("holes", "repair", "solved")
ENGINE = "asyncore.py"  # the file that the learner grows from lesson to lesson, beside the lessons


class CourseError(Exception):
    """A lesson.toml that cannot be used: names the file, the line and what is wrong there."""

    def __init__(self, path: Path, line: int, problem: str) -> None:
        super().__init__(f"{path}:{line}: {problem}")
        self.path, self.line, self.problem = path, line, problem


class UnknownTarget(Exception):
    """A WHAT that names nothing; `near` holds the closest names there are."""

    def __init__(self, what: str, near: list[str]) -> None:
        super().__init__(what)
        self.what, self.near = what, near


@dataclass(frozen=True)
class Text:
    """One sentence in every language of the course."""

    en: str
    zh: str

    def __getitem__(self, lang: str) -> str:
        return str(getattr(self, lang))


@dataclass(frozen=True)
class Check:
    """One rule that a program is judged by; `needs` names checks that must pass first."""

    id: str
    title: Text
    docs: str  # heading id on the lesson's page
    needs: tuple[str, ...]


@dataclass(frozen=True)
class Break:
    """What to spoil after passing: one statement of the reference, and the first check that then
    fails."""

    line: str  # a whole statement, as the reference has it
    does: Text  # what it does, for a program that has it in other words
    check: str
    fault: str


@dataclass(frozen=True)
class Exercise:
    id: str  # "02.1"
    lesson: str  # "02_select"
    kind: str
    file: str  # below lessons/02_select/, or ../asyncore.py: the engine
    program: str  # for the engine: what drives it, tests/programs/NAME.py
    uses_engine: bool  # the file is a program that imports asyncore
    holes: tuple[str, ...]  # qualified names, for kind "holes"
    default: tuple[tuple[str, str], ...]  # hole -> statements that work, in its start file
    start_fails: tuple[str, str] | None  # check, fault: where no hole raises NotImplementedError;
    # of a repair whose start file says it for another exercise of the same file
    start: str  # file below tests/wrong/02_select/, for kind "repair"
    serves: bool  # False: it is given no port and ends by itself
    args: tuple[str, ...]  # when the learner runs it by hand: after `--port PORT` if it serves;
    # {ok}, {refused} and {silent} stand for addresses that answer so
    points: int
    hard: bool
    title: Text
    task: Text
    after: Text  # one idea a line
    broken_by: Break
    hints: tuple[Text, ...]
    checks: tuple[Check, ...]

    @property
    def path(self) -> str:
        """Below a target folder: `02_select/logger.py`, or `asyncore.py`."""
        return ENGINE if self.on_engine else f"{self.lesson}/{self.file}"

    @property
    def on_engine(self) -> bool:
        """Whether what is written here is a part of the engine."""
        return self.file == f"../{ENGINE}"

    @property
    def runs_on_engine(self) -> bool:
        """Whether its programs import asyncore, from the learner's engine."""
        return self.on_engine or self.uses_engine

    def check(self, check_id: str) -> Check:
        return next(check for check in self.checks if check.id == check_id)


@dataclass(frozen=True)
class Question:
    """A prediction: asked before anything is revealed, answered by a run."""

    id: str  # "02.q1"
    lesson: str
    after: str  # the run that shows the answer: a program of the lesson, without .py
    ask: Text
    choices: tuple[Text, ...]
    answer: int  # 1 is the first choice
    why: Text


@dataclass(frozen=True)
class Lesson:
    key: str  # "02_select"
    title: Text
    idea: Text
    minutes: int
    forbidden: tuple[str, ...]  # modules that this lesson's programs may not import
    forbidden_why: Text
    questions: tuple[Question, ...]
    exercises: tuple[Exercise, ...]

    @property
    def number(self) -> str:
        return self.key[:2]

    @property
    def name(self) -> str:
        return self.key[3:]


@dataclass(frozen=True)
class Course:
    """All lessons below `root`; each lesson.toml is read when it is first needed."""

    root: Path

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The lessons' keys in order: `02_select`, …"""
        files = (self.root / "lessons").glob("[0-9][0-9]_*/lesson.toml")
        return tuple(sorted(path.parent.name for path in files))

    @property
    def lessons(self) -> tuple[Lesson, ...]:
        return tuple(self.lesson(key) for key in self.keys)

    @property
    def exercises(self) -> tuple[Exercise, ...]:
        return tuple(e for lesson in self.lessons for e in lesson.exercises)

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(q for lesson in self.lessons for q in lesson.questions)

    def lesson(self, key: str) -> Lesson:
        return load_lesson(self.root / "lessons" / key / "lesson.toml")

    def lesson_of(self, item_id: str) -> Lesson:
        """The lesson that an exercise or a question belongs to, by the number its id starts
        with."""
        return self.lesson(next(key for key in self.keys if key[:2] == item_id[:2]))

    def exercise(self, exercise_id: str) -> Exercise:
        return next(e for e in self.lesson_of(exercise_id).exercises if e.id == exercise_id)

    def sharing(self, exercise: Exercise) -> tuple[Exercise, ...]:
        """The exercises whose work lies in the same file, this one too, in the course's order."""
        lesson = self.lesson(exercise.lesson).exercises
        some = self.exercises if exercise.on_engine else lesson
        return tuple(e for e in some if e.path == exercise.path)

    def later(self, exercise: Exercise) -> tuple[Exercise, ...]:
        """Those of the same file that come after this one."""
        found = self.sharing(exercise)
        return found[found.index(exercise) + 1 :]

    def before(self, lesson: str) -> tuple[Exercise, ...]:
        """The engine's exercises in earlier lessons than the one with this key."""
        return tuple(e for e in self.exercises if e.on_engine and e.lesson < lesson)

    def find(self, what: str) -> tuple[Exercise, ...]:
        """The exercises that WHAT names: `2`, `02`, `select`, `02_select`, `02.1` or a file.

        Raises UnknownTarget with near matches.
        """
        word = normal(what)
        if word.endswith(".py"):
            return self._of_file(what, word)
        for key in self.keys:
            if word in (key, key[:2], key[3:]):
                return self.lesson(key).exercises
            if word.startswith(key[:2] + "."):
                exercises = self.lesson(key).exercises
                if found := [e for e in exercises if e.id == word]:
                    return (found[0],)
                raise UnknownTarget(what, [e.id for e in exercises])
        raise self.unknown(what, [e.id for e in self.exercises])

    def _of_file(self, what: str, word: str) -> tuple[Exercise, ...]:
        """The exercises of a file, which many may share."""
        found = [e for e in self.exercises if f"/{word}".endswith(f"/{e.path}")]
        if not found:
            raise self.unknown(what, [e.path for e in self.exercises])
        return tuple(found)

    def find_lesson(self, what: str) -> Lesson:
        """The lesson that WHAT names. Raises UnknownTarget with near matches."""
        word = normal(what)
        for key in self.keys:
            if word in (key, key[:2], key[3:]):
                return self.lesson(key)
        raise self.unknown(what, [])

    def unknown(self, what: str, more: list[str]) -> UnknownTarget:
        names = [name for key in self.keys for name in (key[:2], key[3:], key)] + more
        return UnknownTarget(what, difflib.get_close_matches(normal(what), names, n=3, cutoff=0.5))


def normal(what: str) -> str:
    """WHAT in its long form: `2` is `02`, `2.1` is `02.1`."""
    word = what.strip().lower()
    return "0" + word if re.fullmatch(r"\d(\.\w+)?", word) else word


def load(root: Path = ROOT) -> Course:
    """The course below `root`. What is wrong in a lesson.toml is raised (CourseError) where it is
    first read."""
    return Course(root)


@cache
def load_lesson(path: Path) -> Lesson:
    """One lesson.toml. Raises CourseError."""
    try:
        source = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError(path, 1, f"cannot be read: {error}") from None
    try:
        data = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        end = source.count("\n") + 1
        raise CourseError(path, int(line[1]) if line else end, str(error)) from None
    return _Reader(path, source).lesson(data)


class _Reader:
    """Turns the tables of one file into dataclasses and says where they are wrong."""

    def __init__(self, path: Path, source: str) -> None:
        self.path, self.lines = path, source.splitlines()
        self.key = path.parent.name

    def fail(self, where: tuple[str | int, ...], problem: str) -> CourseError:
        name = ".".join(str(part) for part in where)
        return CourseError(self.path, self._line(where), f"{name}: {problem}")

    def _line(self, where: tuple[str | int, ...]) -> int:
        """The line of a key such as ("exercise", 1, "check", 0, "title"), as near as the text
        tells."""
        at = 0
        table: list[str] = []
        for part in where:
            if isinstance(part, int):
                heads = [f"[[{'.'.join(table)}]]", f"[{'.'.join(table)}]"]
                for _ in range(part + 1):
                    at = next(
                        (
                            i + 1
                            for i in range(at, len(self.lines))
                            if self.lines[i].strip() in heads
                        ),
                        at,
                    )
            else:
                table.append(part)
        last = where[-1] if isinstance(where[-1], str) else ""
        for i in range(at, len(self.lines)):
            if last and re.match(
                rf"\s*\[*\"?({re.escape('.'.join(table))}|{re.escape(last)})\b", self.lines[i]
            ):
                return i + 1
            if i > at and self.lines[i].startswith("[["):
                break
        return max(at, 1)

    def get(
        self,
        table: dict[str, Any],
        where: tuple[str | int, ...],
        key: str,
        kind: type,
        default: Any = None,
    ) -> Any:
        value = table.get(key, default)
        if value is None:
            raise self.fail((*where, key), "is missing")
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.fail((*where, key), f"must be {kind.__name__}, not {type(value).__name__}")
        return value

    def text(
        self, table: dict[str, Any], where: tuple[str | int, ...], key: str | None = None
    ) -> Text:
        if key is not None:
            table, where = self.get(table, where, key, dict), (*where, key)
        for lang in LANGUAGES:
            if not isinstance(table.get(lang), str) or not table[lang].strip():
                raise self.fail(where, f'has no "{lang}" half')
        if extra := set(table) - set(LANGUAGES):
            raise self.fail(where, f"has unknown languages: {', '.join(sorted(extra))}")
        return Text(**{lang: table[lang].strip() for lang in LANGUAGES})

    def strings(
        self, table: dict[str, Any], where: tuple[str | int, ...], key: str
    ) -> tuple[str, ...]:
        values = self.get(table, where, key, list, [])
        if not all(isinstance(value, str) for value in values):
            raise self.fail((*where, key), "must be a list of strings")
        return tuple(values)

    def known(self, table: dict[str, Any], where: tuple[str | int, ...], keys: str) -> None:
        if extra := set(table) - set(keys.split()):
            raise self.fail((*where, min(extra)), "is not a key of this table")

    def each(
        self, table: dict[str, Any], where: tuple[str | int, ...], key: str
    ) -> Iterator[tuple[dict[str, Any], tuple[str | int, ...]]]:
        for i, entry in enumerate(self.get(table, where, key, list, [])):
            if not isinstance(entry, dict):
                raise self.fail((*where, key), f"must be tables: [[{key}]]")
            yield entry, (*where, key, i)

    def lesson(self, data: dict[str, Any]) -> Lesson:
        self.known(data, (), "title idea minutes needs forbidden_imports question exercise")
        self.strings(data, (), "needs")
        forbidden = self.get(data, (), "forbidden_imports", dict, {})
        return Lesson(
            key=self.key,
            title=self.text(data, (), "title"),
            idea=self.text(data, (), "idea"),
            minutes=self.get(data, (), "minutes", int),
            forbidden=self.strings(forbidden, ("forbidden_imports",), "modules"),
            forbidden_why=self.text(forbidden, ("forbidden_imports",), "why")
            if forbidden
            else Text("", ""),
            questions=tuple(self.question(q, w) for q, w in self.each(data, (), "question")),
            exercises=tuple(self.exercise(e, w) for e, w in self.each(data, (), "exercise")),
        )

    def question(self, q: dict[str, Any], where: tuple[str | int, ...]) -> Question:
        self.known(q, where, "id after ask choice answer why")
        choices = tuple(self.text(c, w) for c, w in self.each(q, where, "choice"))
        answer = self.get(q, where, "answer", int)
        if not 1 <= answer <= len(choices):
            raise self.fail((*where, "answer"), f"is not one of the {len(choices)} choices")
        return Question(
            id=self.get(q, where, "id", str),
            lesson=self.key,
            after=self.get(q, where, "after", str),
            ask=self.text(q, where, "ask"),
            choices=choices,
            answer=answer,
            why=self.text(q, where, "why"),
        )

    def exercise(self, e: dict[str, Any], where: tuple[str | int, ...]) -> Exercise:
        self.known(
            *(e, where),
            "id kind file program uses_engine holes default start_fails start serves args points"
            " hard title task after break hint check",
        )
        kind = self.get(e, where, "kind", str)
        if kind not in KINDS:
            raise self.fail((*where, "kind"), f"must be one of {', '.join(KINDS)}")
        exercise_id = self.get(e, where, "id", str)
        if not exercise_id.startswith(self.key[:2] + "."):
            raise self.fail((*where, "id"), f"must start with {self.key[:2]}.")
        points = self.get(e, where, "points", int)
        if kind == "solved" and points:
            raise self.fail((*where, "points"), "must be 0: there is nothing to write")
        checks = tuple(self.check(c, w) for c, w in self.each(e, where, "check"))
        if not checks:
            raise self.fail(where, "has no check")
        for i, check in enumerate(checks):
            if unknown := set(check.needs) - {c.id for c in checks[:i]}:
                raise self.fail(
                    (*where, "check", i, "needs"), f"names no earlier check: {min(unknown)}"
                )
        hints = tuple(self.text(h, w) for h, w in self.each(e, where, "hint"))
        if len(hints) != 3:
            raise self.fail(where, f"has {len(hints)} hints; there are three levels")
        holes = self.strings(e, where, "holes")
        default = self.default(e, where, holes)
        return Exercise(
            id=exercise_id,
            lesson=self.key,
            kind=kind,
            **self.engine(e, where, kind),
            holes=holes,
            default=default,
            start_fails=self.start_fails(e, where, checks, len(default) == len(holes) > 0),
            start=self.get(e, where, "start", str, ""),
            serves=self.get(e, where, "serves", bool, True),
            args=self.strings(e, where, "args"),
            points=points,
            hard=self.get(e, where, "hard", bool, False),
            title=self.text(e, where, "title"),
            task=self.text(e, where, "task"),
            after=self.text(e, where, "after"),
            broken_by=self.broken_by(e, where, checks),
            hints=hints,
            checks=checks,
        )

    def engine(self, e: dict[str, Any], where: tuple[str | int, ...], kind: str) -> dict[str, Any]:
        """The file and what it has to do with the engine."""
        file = self.get(e, where, "file", str)
        program = self.get(e, where, "program", str, "")
        uses = self.get(e, where, "uses_engine", bool, False)
        on_engine = file == f"../{ENGINE}"
        if "/" in file and not on_engine:
            raise self.fail((*where, "file"), f"must lie in the lesson's folder, or be ../{ENGINE}")
        if on_engine and kind != "holes":
            raise self.fail((*where, "kind"), f"must be holes for ../{ENGINE}")
        if on_engine and uses:
            raise self.fail((*where, "uses_engine"), "is for programs that import the engine")
        if on_engine and not program:
            raise self.fail((*where, "program"), "is missing: what of tests/programs drives it?")
        if program and not on_engine:
            raise self.fail((*where, "program"), f"is for exercises of ../{ENGINE}")
        if program and not program.isidentifier():
            raise self.fail((*where, "program"), "must be NAME, for tests/programs/NAME.py")
        return {"file": file, "program": program, "uses_engine": uses}

    def default(
        self, e: dict[str, Any], where: tuple[str | int, ...], holes: tuple[str, ...]
    ) -> tuple[tuple[str, str], ...]:
        table, where = self.get(e, where, "default", dict, {}), (*where, "default")
        for name, body in table.items():
            if name not in holes:
                raise self.fail((*where, name), "names no hole")
            if not isinstance(body, str) or not body.strip():
                raise self.fail((*where, name), "must be the statements of its body")
            try:
                ast.parse(body)
            except (SyntaxError, ValueError) as error:
                raise self.fail((*where, name), f"is no Python: {error}") from None
        return tuple((name, body.strip("\n")) for name, body in table.items())

    def start_fails(
        self, e: dict[str, Any], where: tuple[str | int, ...], checks: tuple[Check, ...], must: bool
    ) -> tuple[str, str] | None:
        if "start_fails" not in e and not must:
            return None
        s, where = self.get(e, where, "start_fails", dict), (*where, "start_fails")
        if e["kind"] == "solved":
            raise self.fail(where, "is for exercises that have something to write")
        self.known(s, where, "check fault")
        check = self.get(s, where, "check", str)
        if check not in [one.id for one in checks]:
            raise self.fail((*where, "check"), f"names no check: {check}")
        return check, self.get(s, where, "fault", str)

    def broken_by(
        self, e: dict[str, Any], where: tuple[str | int, ...], checks: tuple[Check, ...]
    ) -> Break:
        b, where = self.get(e, where, "break", dict), (*where, "break")
        self.known(b, where, "line does check fault")
        check = self.get(b, where, "check", str)
        if check not in [one.id for one in checks]:
            raise self.fail((*where, "check"), f"names no check: {check}")
        return Break(
            line=self.get(b, where, "line", str),
            does=self.text(b, where, "does"),
            check=check,
            fault=self.get(b, where, "fault", str),
        )

    def check(self, c: dict[str, Any], where: tuple[str | int, ...]) -> Check:
        self.known(c, where, "id title docs needs")
        return Check(
            id=self.get(c, where, "id", str),
            title=self.text(c, where, "title"),
            docs=self.get(c, where, "docs", str),
            needs=self.strings(c, where, "needs"),
        )
