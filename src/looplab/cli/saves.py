"""Tells which Python files of a folder were saved, by whatever editor."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from pathlib import Path

from watchfiles import watch

SETTLE = 50  # ms without a further event after which a save counts as done
LOOK = 500  # ms between two looks by itself: events are not to be had on every file system


class Saves:
    """A thread that calls `tell(paths)` after each save below `folder`, to the end of the program.

    A save is a file that is not as it was: events only say when to look. So none is lost before
    events come, or where none come (a network share, a Windows drive under WSL).
    """

    def __init__(self, folder: Path, tell: Callable[[set[Path]], None]) -> None:
        self._folder, self._tell = folder, tell
        self._known = self._look()
        threading.Thread(target=self._run, name="saves", daemon=True).start()

    def _run(self) -> None:
        while True:
            with contextlib.suppress(OSError):  # a folder that is not there now may come back
                for _ in watch(
                    self._folder,
                    watch_filter=None,
                    debounce=10 * SETTLE,
                    step=SETTLE,
                    rust_timeout=LOOK,
                    yield_on_timeout=True,
                    raise_interrupt=False,
                ):
                    self._compare()
            threading.Event().wait(LOOK / 1000)

    def _compare(self) -> None:
        before, self._known = self._known, self._look()
        if saved := {path for path, stat in self._known.items() if before.get(path) != stat}:
            self._tell(saved)

    def _look(self) -> dict[Path, tuple[int, int, int]]:
        """The Python files, not what editors put beside them; each with what a save changes."""
        found = {}
        for path in self._folder.rglob("*.py"):
            with contextlib.suppress(OSError):  # gone between the two looks
                if not path.name.startswith((".", "#")):
                    stat = path.stat()
                    found[path] = (stat.st_mtime_ns, stat.st_ino, stat.st_size)
        return found
