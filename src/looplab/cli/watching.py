"""The watch screen: save, and within a second know."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from looplab import messages, site
from looplab.checks.runner import Record, Run, warm
from looplab.cli import judging, keeping, learning, replaying
from looplab.cli.canvas import Canvas
from looplab.cli.report import first_failure
from looplab.cli.saves import Saves
from looplab.cli.screen import OK, Screen
from looplab.cli.terminal import Ended, Terminal, Vanished
from looplab.course import ENGINE, LANGUAGES, Exercise
from looplab.workspace import Progress

FOOT = 3  # rows below the body: note, progress, keys


@dataclass(frozen=True)
class _Judged:
    """A record of a run, or None at its end."""

    run: Run
    record: Record | None


@dataclass(frozen=True)
class _Saved:
    paths: frozenset[Path]


@dataclass(frozen=True)
class _Site:
    """The pages: where they are served, or that they could not be built."""

    url: str


def watch(screen: Screen) -> int:
    """Show the current exercise and judge it after every save, until `q`. Exit status.

    Without a terminal: the progress and the next command.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or os.environ.get("TERM") == "dumb":
        return learning.now(screen)
    warm()  # pytest is imported while the screen is made
    terminal = Terminal()
    watcher = _Watch(screen, terminal)
    try:
        with terminal:
            watcher.live()
    except Vanished:
        devnull = os.open(os.devnull, os.O_WRONLY)  # Python flushes stdout once more at its end
        os.dup2(devnull, 1)
    except Ended as end:
        return end.status
    finally:
        watcher.end()
    return OK


class _Watch:
    """What is shown, and what each key and each save does to it."""

    def __init__(self, screen: Screen, terminal: Terminal) -> None:
        self.terminal, self.canvas = terminal, Canvas(screen)
        self.course, self.workspace = screen.course, screen.workspace
        self.exercise = self._first_open() or self.course.exercises[-1]
        self.records: list[Record] = []
        self.run: Run | None = None
        self.judged = b""  # the source that the run judges
        self.pane: Callable[[], object] | None = None  # shown instead of the checks
        self.chosen: int | None = None  # in the list: which exercise
        self.question: Callable[[], None] | None = None  # what a `y` does now
        self.offset = 0
        self.note: tuple[str, dict[str, Any]] = ("", {})
        self.written: dict[Path, int] = {}  # our own writes: when
        self.url = ""
        self.builder: subprocess.Popen[bytes] | None = None

    # -- its life

    def live(self) -> None:
        Saves(self.workspace.lessons, lambda paths: self.terminal.post(_Saved(frozenset(paths))))
        threading.Thread(target=self._serve, name="site", daemon=True).start()
        if not self.progress.welcomed:
            self.pane, self.progress.welcomed = self._welcome, True
            self._save()
        self._judge()
        for event in self.terminal.events():
            self.workspace.refresh()  # `./looplab answer` in another terminal counts here too
            match event:
                case None:
                    self._draw()
                case "q" if self.question is None:
                    return
                case str():
                    self._key(event)
                case Exception():
                    raise event
                case _Judged():
                    self._judged(event)
                case _Saved():
                    self._saved(event.paths)
                case _Site():
                    self.url = event.url

    def end(self) -> None:
        """Nothing that this screen started is left."""
        if self.run is not None:
            self.run.stop()
        if self.builder is not None:
            with contextlib.suppress(OSError):  # gone already
                os.killpg(self.builder.pid, signal.SIGTERM)

    @property
    def progress(self) -> Progress:
        return self.workspace.progress

    # -- judging

    def _judge(self) -> None:
        if self.run is not None:
            self.run.stop()
        self.records, self.offset = [], 0
        self.judged = judging.source(self.workspace.file(self.exercise))
        run = Run(self.course, [self.exercise], self.workspace.lessons, again=True)
        self.run = run
        threading.Thread(target=self._follow, args=(run,), daemon=True).start()

    def _follow(self, run: Run) -> None:
        try:
            for record in run:
                self.terminal.post(_Judged(run, record))
            self.terminal.post(_Judged(run, None))
        except Exception as error:
            self.terminal.post(error)  # raised where the terminal is given back

    def _judged(self, event: _Judged) -> None:
        if event.run is not self.run:
            return  # of a run that a later save has replaced
        if event.record is not None:
            self.records.append(event.record)
            return
        self.run, self.note = None, ("", {})
        judging.remember(self.canvas, self.exercise, self.records, self.judged)
        self._save()

    def _saved(self, paths: frozenset[Path]) -> None:
        changed = {path for path in paths if self.written.get(path) != _stamp(path)}
        if not changed:
            return  # our own reset
        file = self.workspace.file(self.exercise)
        others = [e for e in self.course.exercises if self.workspace.file(e) in changed]
        mine = {file}
        if self.exercise.runs_on_engine:
            mine.add(self.workspace.lessons / ENGINE)
        if others and not mine & changed:
            still_open = [e for e in others if e.id not in self.progress.passed]
            self.exercise = (still_open or others)[0]  # the learner has turned to another one
        self.pane = self.chosen = self.question = None
        self._tell("saved", file=f"lessons/{self.exercise.path}")
        self._judge()

    # -- keys

    def _key(self, key: str) -> None:
        if self.question is not None:
            agreed, self.question = self.question, None
            self._tell("nothing-done")
            if key == "y":
                self.note = ("", {})
                agreed()
            return
        self.note = ("", {})
        scroll = {"up": -1, "down": 1, "page-up": -10, "page-down": 10, "home": -9999, "end": 9999}
        if self.chosen is not None and key in ("up", "down", "enter"):
            self._choose(key)
        elif key in scroll:
            self.offset += scroll[key]
        elif key == "escape":
            self._show(None)
        elif (act := self._acts().get(key)) is not None:
            act()

    def _acts(self) -> dict[str, Callable[[], None]]:
        """Each key that does something now."""
        acts: dict[str, Callable[[], None]] = {"h": self._hint, "r": self._rerun}
        if self._passed:
            acts |= {"n": self._next, "d": lambda: self._show(self._diff)}
        else:
            acts |= {"n": lambda: self._tell("not-yet"), "d": lambda: self._tell("not-yet")}
        if first_failure(self.records):
            acts["p"] = lambda: self._lend(lambda: replaying.replay(self._plain(), self.exercise))
        if (question := learning.open_question(self.canvas, self.exercise)) is not None:
            found = question.id
            acts["a"] = lambda: self._lend(lambda: learning.answer(self._plain(), found, None))
        return acts | {
            "l": self._list, "x": self._reset, "o": self._open, "g": self._language,
        }  # fmt: skip

    @property
    def _passed(self) -> bool:
        return self.exercise.id in self.progress.passed

    def _first_open(self) -> Exercise | None:
        return next((e for e in self.course.exercises if e.id not in self.progress.passed), None)

    def _turn_to(self, exercise: Exercise) -> None:
        self.exercise = exercise
        self._show(None)
        self._judge()

    def _next(self) -> None:
        following = [e for e in self.course.exercises if e.id not in self.progress.passed]
        later = [e for e in following if e.id > self.exercise.id]
        if following:
            self._turn_to((later or following)[0])
        else:
            self._tell("all-done")

    def _rerun(self) -> None:
        self._show(None)
        self._judge()

    def _show(self, pane: Callable[[], object] | None) -> None:
        self.pane, self.chosen, self.offset = pane, None, 0

    def _hint(self) -> None:
        shown, n = self.progress.hints, len(self.exercise.hints)
        level = min(shown.get(self.exercise.id, 0) + 1, n)
        shown[self.exercise.id] = level
        self._save()
        self._show(lambda: learning.show_hints(self.canvas, self.exercise, 1, level))

    def _diff(self) -> None:
        keeping.diff(self.canvas, self.exercise, spoil=False)

    def _list(self) -> None:
        if self.chosen is not None:
            self._show(None)
            return
        self._show(lambda: learning.overview(self.canvas, self._at(self.chosen or 0).id))
        self.chosen = self.course.exercises.index(self.exercise)

    def _at(self, number: int) -> Exercise:
        return self.course.exercises[number]

    def _choose(self, key: str) -> None:
        assert self.chosen is not None
        if key == "enter":
            self._turn_to(self._at(self.chosen))
        else:
            step = 1 if key == "down" else -1
            self.chosen = (self.chosen + step) % len(self.course.exercises)

    def _reset(self) -> None:
        self._tell("reset-ask", file=f"lessons/{self.exercise.path}")
        self.question = self._do_reset

    def _do_reset(self) -> None:
        self.canvas.columns = 10_000  # one line now; it is folded when it is drawn
        said = self.canvas.lines(lambda: keeping.reset(self.canvas, self.exercise, True, None))
        path = self.workspace.file(self.exercise)
        self.written[path] = _stamp(path)
        self._judge()
        self._show(lambda: self.canvas.report().line("\n".join(said)))

    def _open(self) -> None:
        if not self.url:
            self._tell("pages-building" if self.builder else "pages-broken")
            return
        failure = first_failure(self.records)
        at = f"#{self.exercise.check(failure[1]['check']).docs}" if failure else ""
        lang = "" if self.canvas.lang == LANGUAGES[0] else f"{self.canvas.lang}/"
        page = f"{self.url}{lang}{self.exercise.lesson}/{at}"
        # A process of its own: a browser that runs in a terminal must not get at this one.
        subprocess.Popen(
            [sys.executable, "-m", "webbrowser", "-t", page],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._tell("opened", page=page)

    def _language(self) -> None:
        after = LANGUAGES[(LANGUAGES.index(self.canvas.lang) + 1) % len(LANGUAGES)]
        self.canvas.lang = self.progress.lang = after
        self._save()

    def _lend(self, command: Callable[[], object]) -> None:
        """A command that needs the terminal for itself."""
        with self.terminal.lent():
            print("\033[2J\033[H", end="")
            with contextlib.suppress(SystemExit, KeyboardInterrupt, EOFError):
                command()
            with contextlib.suppress(KeyboardInterrupt, EOFError):
                input("\n" + self._say("enter"))
        self._show(None)

    def _plain(self) -> Screen:
        screen = Screen(self.canvas.lang)
        screen.workspace = self.workspace
        return screen

    # -- the pages

    def _serve(self) -> None:
        """Serve the pages; where there are none yet, have them built first, in the background."""
        folder = site.DEFAULT
        if site.stale(folder):
            self.builder = subprocess.Popen(
                self._build_command(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            self.builder.wait()
            self.builder = None
        if not (folder / "index.html").is_file():
            self.terminal.post(_Site(""))
            return
        try:
            server, url = site.serve(folder, 0)
        except OSError:  # no port to be had: the course goes on without its pages
            self.terminal.post(_Site(""))
            return
        self.terminal.post(_Site(url))
        server.serve_forever()

    def _build_command(self) -> list[str]:
        build = ["docs", "--build"]
        if importlib.util.find_spec("mkdocs"):
            return ["nice", sys.executable, "-P", "-m", "looplab.cli", *build]
        return ["nice", str(self.course.root / "looplab"), *build]  # installs what it needs

    # -- what is shown

    def _say(self, key: str, **args: Any) -> str:
        return messages.sentence(self.canvas.lang, "watch", key, args)

    def _tell(self, key: str, **args: Any) -> None:
        self.note = (key, args)

    def _save(self) -> None:
        try:
            self.workspace.save()
        except OSError as error:
            self._tell("unwritable", error=error.strerror or str(error))

    def _draw(self) -> None:
        columns, rows = self.terminal.size
        self.canvas.columns = columns
        head = self.canvas.lines(self._head)
        room = rows - FOOT - len(head)
        body = self.canvas.lines(self.pane or self._checks)
        if self.pane is None and len(body) > room:
            body = self.canvas.lines(lambda: self._checks(short=True))
        self.offset = max(0, min(self.offset, len(body) - room))
        if self.chosen is not None:
            self.offset = max(0, min(self._row_of_choice(body) - room // 2, len(body) - room))
        shown = body[self.offset : self.offset + room]
        hidden = len(body) - self.offset - len(shown)
        foot = self.canvas.lines(lambda: self._foot(hidden))[:FOOT]
        self.terminal.draw([*head, *shown, *[""] * (room - len(shown)), *foot])

    def _row_of_choice(self, body: list[str]) -> int:
        return next((n for n, line in enumerate(body) if "▸" in line or ">" in line), 0)

    def _head(self) -> None:
        report = self.canvas.report()
        report.bar(
            f"{self.exercise.id} {self.exercise.title[self.canvas.lang]}",
            f"lessons/{self.exercise.path}",
        )

    def _welcome(self) -> None:
        report = self.canvas.report()
        report.line(self._say("welcome"))
        report.console.print()
        self._checks(short=True)

    def _checks(self, short: bool = False) -> None:
        report = self.canvas.report()
        failure = first_failure(self.records)
        if (question := learning.open_question(self.canvas, self.exercise)) is not None:
            report.line(self._say("predict", id=question.id), "yellow")
        if short:
            report.strip(self.exercise, self.records, self.run is not None)
        else:
            report.check_lines(self.exercise, self.records, self.run is not None)
        if failure is not None:
            report.console.print()
            report.failure(failure[1], self.exercise, failure[0])
        elif self.run is None:
            report.console.print()
            report.summary(self.exercise, self.records)
            report.notes(self.exercise, self.records)
            report.explanation(self.exercise, commands=False)  # the key line has them

    def _foot(self, hidden: int) -> None:
        report = self.canvas.report()
        key, args = self.note
        if key:
            note = self._say(key, **args)
        elif self.run is not None:
            n, all_ = len(self.records) + 1, len(self.exercise.checks)
            note = self._say("running", n=min(n, all_), all=all_)
        else:
            note = self._say("waiting", file=f"lessons/{self.exercise.path}")
        report.bar(note, self._say("more", n=hidden) if hidden > 0 else self.url, "dim")
        done = [e for e in self.course.exercises if e.id in self.progress.passed]
        report.progress(done, self.course.exercises)
        report.keys(self._keys())

    def _keys(self) -> list[tuple[str, str]]:
        """The key line: each key and what it does now."""
        if self.question is not None:
            return [("y", self._say("key-yes")), ("n", self._say("key-no"))]
        shown = min(self.progress.hints.get(self.exercise.id, 0) + 1, len(self.exercise.hints))
        words = {"h": {"n": shown, "all": len(self.exercise.hints)}}
        acts = self._acts()
        names = [key for key in "nhrpldxogq" if key in acts or key == "q"]
        if not self._passed:
            names = [name for name in names if name not in "nd"]
        return [(name, self._say(f"key-{name}", **words.get(name, {}))) for name in names]


def _stamp(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
