"""What can be wrong with a program: fault ids, and the exceptions that end a check."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

# Every id has its sentences in messages.toml, table [fault]; `dev check` compares the two.
FAULTS = frozenset(
    [
        *("no-file", "not-a-file", "empty-file", "not-python", "forbidden-import"),
        *("not-implemented", "crashed", "exited", "never-ready", "output-flood"),
        *("blocked-in-recv", "blocked-in-accept", "blocked-in-send", "stuck", "silent"),
        *("wrong-output", "busy-loop", "extra-threads", "extra-processes", "fd-leak"),
        *("not-closed", "not-dropped", "not-accepted", "closed-too-soon", "short-total", "late"),
        *("naps", "ignores-sigint", "traceback-on-quit", "wrong-status", "port-not-free"),
        *("wrong-bytes", "short-send-lost", "wrong-result", "told-twice", "too-early"),
        *(
            "not-ended",
            "never-returns",
            "round-too-short",
            "wrong-round",
            "not-wished",
            "not-asked",
        ),
        *("false-alarm", "error-told", "error-untold", "listener-lost", "stale-event"),
        *("closed-before-drain", "never-paid", "unbounded-buffer", "stops-reading"),
        *("reads-too-soon", "paused-without-mark", "handler-after-close", "quadratic"),
        *("accepted-broken", "rejected-right"),
        *("eof-ends-both", "eof-kept-back", "eof-overtakes", "reset-as-eof", "short-queue"),
        *("wrong-answer", "wrong-request", "untold", "cut-untold", "in-turn"),
        *("told-late", "left-in-map"),
    ]
)


@dataclass(frozen=True)
class Say:
    """One sentence as an id of messages.toml, table [say], and the values that go into it."""

    id: str
    args: dict[str, Any] = field(default_factory=dict)


def say(message_id: str, **args: Any) -> Say:
    return Say(message_id, args)


@dataclass
class Where:
    """The line a program is at: `call` it sleeps in (if any), the client it waits for (if
    known)."""

    file: str
    line: int
    call: str = ""
    waits_for: str = ""
    source: str = ""


class CheckFailed(Exception):
    """The program broke the rule: the fault, what was expected, what was seen, where it is."""

    def __init__(
        self,
        fault: str,
        expected: Say,
        *seen: Say,
        where: Where | None = None,
        trace: list[str] | None = None,
    ) -> None:
        super().__init__(fault)
        self.fault, self.expected, self.seen = fault, expected, list(seen)
        self.where, self.trace = where, trace or []

    def record(self) -> dict[str, Any]:
        """The failure's part of a record."""
        return {
            "fault": self.fault,
            "expected": asdict(self.expected),
            "seen": [asdict(one) for one in self.seen],
            "where": asdict(self.where) if self.where else None,
            "traceback": self.trace,
        }


class NotRun(Exception):
    """This machine cannot ask the question: `reason` is an id such as `platform:nofile`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
