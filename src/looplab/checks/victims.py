"""Servers that the learner's program is let loose on, to tell the right from the broken (07.4)."""

from __future__ import annotations

import time
from pathlib import Path

from looplab.checks.program import Program

READY = 30.0  # seconds; it is ours, so that a late one is no verdict


class Victim:
    """One of them, listening: a process of its own. Close it after the program that attacks it."""

    def __init__(self, path: Path, seed: int) -> None:
        self._program = Program(path, ["--port", "0", "--seed", str(seed)])
        self.pid = self._program.pid
        end = time.monotonic() + READY
        while not self._program.lines and time.monotonic() < end and not self._program.ended():
            self._program.read_stdout()
            self._program.read_stderr()
            time.sleep(0.002)
        if not self._program.lines:
            self.close()
            raise RuntimeError(f"{path.name} does not start: {bytes(self._program.errors)!r}")
        self.address = self._program.lines[0].removeprefix("listening on ")

    def close(self) -> None:
        self._program.kill()
