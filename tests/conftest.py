"""What plain `pytest tests --target DIR` adds to the checks: a failure is told in the reader's
language."""

import pytest

from looplab import course, messages
from looplab.cli.report import plain

collect_ignore = ["right", "wrong", "programs"]


def pytest_ignore_collect(collection_path, config):
    """Whoever judges a folder does not test the tool: tests/project belongs to `./looplab test`."""
    if collection_path.name == "project" and config.getoption("--target") != "solutions":
        return True
    return None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    report = yield
    record = getattr(report, "looplab", None)
    if record is not None and report.failed:
        exercise = course.load().exercise(record["exercise"])
        report.longrepr = plain(record, exercise, messages.from_environment())
    return report


def pytest_terminal_summary(terminalreporter):
    """A check that passed on the reference's earlier lessons: what it met on the file's own."""
    for report in terminalreporter.stats.get("passed", []):
        record = getattr(report, "looplab", None)
        if record is not None:
            exercise = course.load().exercise(record["exercise"])
            terminalreporter.write_line("")
            terminalreporter.write(plain(record, exercise, messages.from_environment()))
