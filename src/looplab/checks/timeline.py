"""What happened during one check, in order, on one clock; and what the tester did, to repeat it."""

from __future__ import annotations

import base64
import random
import time
import zlib
from collections import deque
from collections.abc import Callable
from typing import Any

_NOISE = "noise"
KEEP = 200  # events at either end; a program that floods its log must not fill the record


class Timeline:
    """Events of all sides since the check began. Seconds, monotonic."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self._first: list[dict[str, Any]] = []
        self._last: deque[dict[str, Any]] = deque(maxlen=KEEP)
        self.acts: list[dict[str, Any]] = []
        self.heard: Callable[[dict[str, Any]], None] = lambda event: None  # called for each event

    def now(self) -> float:
        return time.monotonic() - self.began

    def add(self, who: str, what: str, **args: Any) -> None:
        """`who` is a client's name, "program" or "tester"; `what` an id of messages.toml, table
        [event]."""
        event = {"t": round(self.now(), 4), "who": who, "what": what, **args}
        (self._first if len(self._first) < KEEP else self._last).append(event)
        self.heard(event)

    def act(self, what: str, **args: Any) -> None:
        """The tester did something that a replay does again: `what` as in looplab.checks.again."""
        self.acts.append({"t": round(self.now(), 4), "act": what, **args})

    @property
    def events(self) -> list[dict[str, Any]]:
        """The first and the last of them, in order."""
        return [*self._first, *self._last]


class Noise(bytes):
    """`n` random bytes, of which an act needs to keep no more than the key."""

    key: int

    def __new__(cls, key: int, n: int) -> Noise:
        self = super().__new__(cls, random.Random(key).randbytes(n))
        self.key = key
        return self


def packed(data: bytes | bytearray) -> str:
    """Bytes as text, for an act."""
    if isinstance(data, Noise):
        return f"{_NOISE}:{data.key}:{len(data)}"
    return base64.b85encode(zlib.compress(bytes(data))).decode()


def unpacked(text: str) -> bytes:
    """The bytes that `packed` was given. Raises ValueError, zlib.error."""
    if text.startswith(f"{_NOISE}:"):  # no digit of base 85 is a colon
        _, key, n = text.split(":")
        return Noise(int(key), int(n))
    return zlib.decompress(base64.b85decode(text))
