"""The pytest side of a check: which exercise it belongs to, in which order, and one record for
each.

`pytest tests/test_02_select.py --target DIR` works alone; the runner adds a descriptor for the
records.
"""

from __future__ import annotations

import contextlib
import inspect
import json
import os
import random
import resource
import tempfile
import traceback
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from looplab import course
from looplab.checks.faults import CheckFailed, NotRun
from looplab.checks.setting import Setting, on_reference, setting_for
from looplab.checks.tester import Tester, calibrate

OUTPUT_LINES = 10
TOLD = ("exercise", "check", "outcome", "seed", "fault", "reason")  # in a JUnit report
KEY: pytest.StashKey[dict[str, Any]] = pytest.StashKey()


def exercise(exercise_id: str) -> pytest.MarkDecorator:
    """Class decorator: its tests are the checks of this exercise, `test_NAME` being the check
    NAME."""
    return pytest.mark.exercise(exercise_id)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("looplab")
    group.addoption(
        "--target", default="lessons", help="folder laid out like lessons/ (default: lessons)"
    )
    group.addoption("--exercise", action="append", default=[], help="only this exercise, e.g. 02.1")
    group.addoption(
        "--seed", type=int, default=None, help="repeat a run: the seed that its report shows"
    )
    group.addoption(
        "--records-fd",
        type=int,
        default=None,
        help="write one JSON record a check to this descriptor",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "exercise(id): the tests of this class are the checks of an exercise"
    )
    config.pluginmanager.register(_Session(config), "looplab-session")


class _Session:
    """One run: its seed, its pace, and what every check came to."""

    def __init__(self, config: pytest.Config) -> None:
        self.fd: int | None = config.getoption("--records-fd")
        if self.fd is not None:
            os.set_inheritable(self.fd, False)  # the programs never see the channel
        seed = config.getoption("--seed")
        self.seed: int = random.SystemRandom().randrange(1_000_000) if seed is None else seed
        target = Path(config.getoption("--target"))
        self.target = (
            target if target.is_absolute() else Path(config.invocation_params.dir) / target
        )
        self.only: list[str] = config.getoption("--exercise")
        self.course = course.load()
        self.scale = calibrate()
        _raise_descriptor_limit()
        self.passed: set[tuple[str, str]] = set()
        self.failed: set[tuple[str, str]] = set()

    def pytest_report_header(self) -> str:
        return f"seed: {self.seed}"

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Checks in teaching order; those of other exercises left out."""
        checks, others = [], []
        for item in items:
            mark = item.get_closest_marker("exercise")
            if mark is None:
                others.append(item)
                continue
            exercise_id, check_id = mark.args[0], item.name.removeprefix("test_")
            item.stash[KEY] = {"exercise": exercise_id, "check": check_id}
            if not self.only or exercise_id in self.only:
                checks.append(item)
        ids = sorted({item.stash[KEY]["exercise"] for item in checks})
        known = [(e.id, c.id) for e in map(self.course.exercise, ids) for c in e.checks]
        order = {pair: n for n, pair in enumerate(known)}
        for item in checks:
            about = item.stash[KEY]
            if (about["exercise"], about["check"]) not in order:
                raise pytest.UsageError(
                    f"{item.nodeid}: lesson.toml has no check {about['exercise']} {about['check']}"
                )
        checks.sort(key=lambda item: order[item.stash[KEY]["exercise"], item.stash[KEY]["check"]])
        kept = set(map(id, checks)) | (set() if self.only else set(map(id, others)))
        if gone := [item for item in items if id(item) not in kept]:
            config.hook.pytest_deselected(items=gone)
        items[:] = checks + ([] if self.only else others)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Iterator[None]:
        report = yield
        if KEY in item.stash:
            self._note(item, call, report)
        return report

    def _note(self, item: pytest.Item, call: pytest.CallInfo[None], report: Any) -> None:
        record = item.stash[KEY]
        if call.when == "setup":
            record |= {"outcome": "passed", "seconds": 0.0, "seed": self.seed, "engine": "target"}
        record["seconds"] = round(record["seconds"] + call.duration, 4)
        if call.excinfo is not None and record["outcome"] == "passed":
            record |= self._outcome(item, call.excinfo.value)
        if call.when == "teardown":
            report.user_properties += [(name, record[name]) for name in TOLD if name in record]
            if "on_own" in record:
                told = {"engine": record["engine"], "on_own": record["on_own"]["fault"]}
                report.user_properties += told.items()
            pair = (record["exercise"], record["check"])
            (self.passed if record["outcome"] == "passed" else self.failed).add(pair)
            if self.fd is not None:
                self._write(record)
        if record["outcome"] == "failed" or (call.when == "call" and "on_own" in record):
            report.looplab = dict(record)
        if record["outcome"] == "not-run" and report.outcome == "failed":
            report.outcome = "skipped"
            report.longrepr = (
                str(item.path),
                item.reportinfo()[1] or 0,
                f"not run: {record['reason']}",
            )

    def _write(self, record: dict[str, Any]) -> None:
        assert self.fd is not None
        try:
            os.write(self.fd, (json.dumps(record, ensure_ascii=False) + "\n").encode())
        except BrokenPipeError:
            pytest.exit("nobody reads the records any more")

    # -- a check that fails on the learner's engine, once more where earlier lessons are in order

    @pytest.hookimpl(wrapper=True)
    def pytest_pyfunc_call(
        self, pyfuncitem: pytest.Function
    ) -> Generator[None, bool | None, bool | None]:
        try:
            return (yield)
        except CheckFailed as failed:
            if KEY not in pyfuncitem.stash or not self._passes_elsewhere(pyfuncitem, failed):
                raise
            return True  # the hook's word for: done

    def _passes_elsewhere(self, item: pytest.Function, failed: CheckFailed) -> bool:
        """Whether the fault lies in what earlier lessons left in the engine. Then the record says
        so, and what was met on the learner's own."""
        record, own = item.stash[KEY], item.funcargs.get("tester")
        exercise = self.course.exercise(record["exercise"])
        if not isinstance(own, Tester) or _is_unwritten(failed, exercise.lesson):
            return False
        lessons = sorted({e.lesson for e in self.course.before(exercise.lesson)})
        on_own = self._outcome(item, failed) | {"lessons": lessons}
        with tempfile.TemporaryDirectory(prefix="looplab-") as folder:
            setting = on_reference(self.course, exercise, own.setting, Path(folder))
            if setting is None:
                return False
            own.close()
            tester = Tester(setting)
            try:
                item.obj(**{**_asked_for(item), "tester": tester})
            except NotRun:
                return False
            except CheckFailed as second:
                if _met(second) != _met(failed):  # two things are wrong: both are told
                    record["on_reference"] = second.record() | {"lessons": lessons}
                return False
            finally:
                tester.close()
        record |= {"engine": "reference", "on_own": on_own}
        return True

    def _outcome(self, item: pytest.Item, error: BaseException) -> dict[str, Any]:
        if isinstance(error, NotRun):
            return {"outcome": "not-run", "reason": error.reason}
        found: dict[str, Any]
        if isinstance(error, CheckFailed):
            found = {"outcome": "failed", **error.record()}
        else:
            found = {"outcome": "our-fault", "error": "".join(traceback.format_exception(error))}
        tester = item.funcargs.get("tester") if isinstance(item, pytest.Function) else None
        if isinstance(tester, Tester):
            found["timeline"] = tester.story()
            found["acts"] = tester.timeline.acts
            found["output"] = tester.lines()[-OUTPUT_LINES:]
        return found

    def setting(self, item: pytest.Item) -> Setting:
        about = item.stash[KEY]
        exercise = self.course.exercise(about["exercise"])
        seed = f"{self.seed} {exercise.id} {about['check']}"
        return setting_for(self.course, exercise, self.target, seed, self.scale)

    def missing(self, item: pytest.Item) -> str | None:
        """A check that must pass before this one, and did not."""
        about = item.stash[KEY]
        needs = self.course.exercise(about["exercise"]).check(about["check"]).needs
        return next((name for name in needs if (about["exercise"], name) in self.failed), None)


def _is_unwritten(failed: CheckFailed, lesson: str) -> bool:
    """Whether what this very lesson asks for is still to be written."""
    todo = str(failed.seen[0].args.get("what", "")) if failed.seen else ""
    return failed.fault == "not-implemented" and todo[:2] == lesson[:2]


def _met(failed: CheckFailed) -> tuple[str, list[str], str]:
    """What a failure is about, without what differs from run to run."""
    source = failed.where.source if failed.where else ""
    return failed.fault, [one.id for one in failed.seen], source


def _asked_for(item: pytest.Function) -> dict[str, Any]:
    """The arguments of a check. A second run makes a new `tester` and none of the others anew."""
    names = inspect.signature(item.obj).parameters
    return {name: item.funcargs[name] for name in names}


@pytest.fixture
def tester(request: pytest.FixtureRequest) -> Iterator[Tester]:
    """A tester for the exercise that the test belongs to; nothing of the program is left
    afterwards."""
    session = request.config.pluginmanager.get_plugin("looplab-session")
    assert isinstance(session, _Session)
    item = request.node
    if KEY not in item.stash:
        raise pytest.UsageError(f"{item.nodeid} is no check: its class has no @exercise")
    if (name := session.missing(item)) is not None:
        not_run(f"needs:{name}")
    one = Tester(session.setting(item))
    try:
        yield one
    finally:
        one.close()


def _raise_descriptor_limit() -> None:
    """As many open files as the system grants, for the tester and for the programs it starts."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    enough = 65_536 if hard == resource.RLIM_INFINITY else min(hard, 65_536)
    with contextlib.suppress(ValueError, OSError):  # macOS grants less than it names
        resource.setrlimit(resource.RLIMIT_NOFILE, (enough, hard))


def needs_descriptors(n: int) -> None:
    """Leave the check out where the system allows fewer than `n` open files to a process."""
    if resource.getrlimit(resource.RLIMIT_NOFILE)[0] < n:
        not_run("platform:nofile")


def not_run(reason: str) -> None:
    """End the check as `not-run`: `needs:CHECK` or `platform:WHAT`. Never scored."""
    raise NotRun(reason)
