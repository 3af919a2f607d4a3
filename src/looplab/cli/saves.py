"""Tells which Python files of a folder were saved, by whatever editor."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from pathlib import Path

from watchfiles import DefaultFilter, watch

SETTLE = 50  # ms without a further event after which a save counts as done
PATIENCE = 2000  # ms in which a change that we make must be told: else there are no events here
POLL = 300  # ms between two looks where there are none


class _Sources(DefaultFilter):
    """Python files, and not what editors put beside them."""

    def __call__(self, change: object, path: str) -> bool:
        name = Path(path).name
        return (
            name.endswith(".py") and not name.startswith((".", "#")) and "__pycache__" not in path
        )


class Saves:
    """A thread that calls `tell(paths)` after each save below `folder`, to the end of the program.

    Where the file system gives no events (a network share, a Windows drive under WSL) it looks by
    itself. `probe` is a folder of ours on the same file system: a file is written there once, to
    find that out. `polling` says what came of it.
    """

    def __init__(self, folder: Path, probe: Path, tell: Callable[[set[Path]], None]) -> None:
        self._folder, self._probe, self._tell = folder, probe / "probe.py", tell
        self.polling: bool | None = None  # None: what watchfiles finds best (WSL: polling)
        threading.Thread(target=self._run, name="saves", daemon=True).start()

    def _run(self) -> None:
        while True:
            with contextlib.suppress(OSError):  # a folder that is not there now may come back
                self._watch()
            threading.Event().wait(1)

    def _watch(self) -> None:
        heard = self.polling is True
        if not heard:
            self._probe.parent.mkdir(parents=True, exist_ok=True)
            threading.Timer(0.3, self._write_probe).start()
        for changes in watch(
            *(self._folder, self._probe.parent),
            watch_filter=_Sources(),
            debounce=10 * SETTLE,
            step=SETTLE,
            rust_timeout=PATIENCE,
            yield_on_timeout=True,
            force_polling=self.polling,
            poll_delay_ms=POLL,
            raise_interrupt=False,
        ):
            if not changes and not heard:
                self.polling = True
                return
            heard = True
            if paths := {Path(path) for _, path in changes} - {self._probe}:
                self._tell(paths)

    def _write_probe(self) -> None:
        with contextlib.suppress(OSError):  # read-only: a needless look now and then does no harm
            self._probe.write_text("# Written to see whether file events come.\n")
