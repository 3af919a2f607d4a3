"""What a command prints on: the console, the reader's language, and how to end with an error."""

from __future__ import annotations

import codecs
import sys
from collections.abc import Iterable
from typing import Any, NoReturn

from looplab import messages
from looplab.checks.faults import Say
from looplab.course import Course, load
from looplab.workspace import Workspace

OK, FAILED, USAGE, OURS, STOPPED = 0, 1, 2, 3, 130  # exit statuses; STOPPED by Ctrl-C
_PLAIN = {"✓": "ok", "✗": "x", "·": "|", "×": "x", "…": "...", "—": "-", "“": '"', "”": '"'}


def _spell_out(error: UnicodeError) -> tuple[str, int]:
    """For a console that is not UTF-8: what it cannot show, in letters that it can."""
    assert isinstance(error, UnicodeEncodeError)
    return "".join(
        _PLAIN.get(letter, "?") for letter in error.object[error.start : error.end]
    ), error.end


codecs.register_error("looplab", _spell_out)


class Screen:
    """Made once a command; rich is imported only when something is shown."""

    def __init__(self, lang: str | None) -> None:
        self.course: Course = load()
        self.workspace = Workspace(self.course.root)
        self.lang = lang or self.workspace.progress.lang or messages.from_environment()
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="looplab")
        if self.lang == "zh" and not _encodes(sys.stdout.encoding, "中文"):
            self.lang = "en"  # a console that would show only question marks

    def report(self, stderr: bool = False) -> Any:
        """A Report on stdout or stderr."""
        from rich.console import Console

        from looplab.cli.report import Report

        return Report(Console(stderr=stderr, highlight=False), self.lang)

    def say(self, key: str, **args: Any) -> str:
        return messages.sentence(self.lang, "cli", key, args)

    def say_of(self, told: Say) -> str:
        """What a check says, in words."""
        return messages.sentence(self.lang, "say", told.id, told.args)

    def list_of(self, names: Iterable[str]) -> str:
        return messages.sentence(self.lang, "report", "comma").join(names)

    def tell(self, key: str, **args: Any) -> None:
        """A sentence on stdout."""
        self.report().line(self.say(key, **args))

    def warn(self, key: str, **args: Any) -> None:
        """A sentence on stderr."""
        self.report(stderr=True).line(self.say(key, **args), "yellow")

    def fail(self, key: str, *more: str, status: int = USAGE, **args: Any) -> NoReturn:
        """What is wrong, then what to type next; ends the command."""
        report = self.report(stderr=True)
        report.line(self.say(key, **args), "red")
        for line in more:
            report.line(line)
        sys.exit(status)

    def save(self) -> None:
        """Keep the progress; a folder that cannot be written costs the memory, not the verdict."""
        if self.workspace.kept_aside is not None:
            self.warn(
                "progress-corrupt", kept=self.workspace.kept_aside.relative_to(self.course.root)
            )
            self.warn("progress-rebuild")
            self.workspace.kept_aside = None
        try:
            self.workspace.save()
        except OSError as error:
            self.warn("progress-unwritable", error=error.strerror or str(error))


def _encodes(encoding: str, text: str) -> bool:
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True
