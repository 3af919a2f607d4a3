"""What happened during one check, in order, on one clock."""

from __future__ import annotations

import time
from typing import Any

KEEP = 400  # events; a program that floods its log must not fill the record


class Timeline:
    """Events of all sides since the check began. Seconds, monotonic."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.events: list[dict[str, Any]] = []
        self.dropped = 0

    def now(self) -> float:
        return time.monotonic() - self.began

    def add(self, who: str, what: str, **args: Any) -> None:
        """`who` is a client's name, "program" or "tester"; `what` an id of messages.toml, table
        [event]."""
        if len(self.events) >= KEEP:
            self.dropped += 1
            return
        self.events.append({"t": round(self.now(), 4), "who": who, "what": what, **args})
