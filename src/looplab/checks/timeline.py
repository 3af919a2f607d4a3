"""What happened during one check, in order, on one clock."""

from __future__ import annotations

import time
from collections import deque
from typing import Any

KEEP = 200  # events at either end; a program that floods its log must not fill the record


class Timeline:
    """Events of all sides since the check began. Seconds, monotonic."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self._first: list[dict[str, Any]] = []
        self._last: deque[dict[str, Any]] = deque(maxlen=KEEP)

    def now(self) -> float:
        return time.monotonic() - self.began

    def add(self, who: str, what: str, **args: Any) -> None:
        """`who` is a client's name, "program" or "tester"; `what` an id of messages.toml, table
        [event]."""
        event = {"t": round(self.now(), 4), "who": who, "what": what, **args}
        (self._first if len(self._first) < KEEP else self._last).append(event)

    @property
    def events(self) -> list[dict[str, Any]]:
        """The first and the last of them, in order."""
        return [*self._first, *self._last]
