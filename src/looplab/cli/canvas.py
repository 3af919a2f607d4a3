"""What the commands would print, as lines of a given width: for a screen that is drawn whole."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from io import StringIO
from typing import Any

from looplab.cli.report import Report
from looplab.cli.screen import Screen


class Canvas(Screen):
    """A Screen whose reports end in `lines` instead of on the terminal. Width: `columns`."""

    def __init__(self, screen: Screen) -> None:
        from rich.console import Console

        self.course, self.workspace, self.lang = screen.course, screen.workspace, screen.lang
        self.columns = 80
        self._colors = Console().color_system
        self._buffer = StringIO()

    def report(self, stderr: bool = False) -> Any:
        from rich.console import Console

        console = Console(
            file=self._buffer,
            width=self.columns,
            force_terminal=self._colors is not None,
            color_system=self._colors,  # type: ignore[arg-type]  # rich's own answer, as a str
            legacy_windows=False,
            highlight=False,
        )
        return Report(console, self.lang)

    def lines(self, show: Callable[[], object]) -> list[str]:
        """What `show()` reports. A command that ends with an error has said why: that counts."""
        self._buffer = StringIO()
        with contextlib.suppress(SystemExit):
            show()
        return self._buffer.getvalue().splitlines()
