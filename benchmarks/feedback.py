"""How long a learner waits for the tool: medians of ten, in one run, beside a bare pytest.

    .venv/bin/python benchmarks/feedback.py

Figures in seconds, and as multiples of `python -m pytest` on one trivial test on the same machine
in the same run. "overhead" is the whole wait less what the checks themselves took.
"""

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pexpect

from looplab.checks import proc
from looplab.course import ROOT

TIMES = 10
PARTS = ("looplab", "requirements", "src", "lessons", "solutions", "tests")
IDLE = 10.0  # seconds over which the idle watch screen is measured


def a_copy(place: Path) -> None:
    """The project as a learner has it, 02.0 passed."""
    for name in PARTS:
        source = ROOT / name
        ignored = shutil.ignore_patterns("__pycache__", "project")
        shutil.copytree(source, place / name, ignore=ignored) if source.is_dir() else shutil.copy(
            source, place / name
        )
    (place / ".looplab").mkdir()
    passed = {"passed": {"02.0": "2026-01-01T00:00:00"}, "welcomed": True}
    (place / ".looplab/progress.json").write_text(json.dumps(passed))


def environment(place: Path) -> dict[str, str]:
    venv = str(Path(sys.executable).parents[1])
    return os.environ | {"LOOPLAB_VENV": venv, "LANG": "C.UTF-8", "TERM": "xterm"}


def bare_pytest(place: Path) -> float:
    test = place / "test_trivial.py"
    test.write_text("def test_trivial():\n    assert True\n")
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", str(test)],
        check=True,
        capture_output=True,
        cwd=place,
        env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )
    return time.perf_counter() - began


def check(place: Path, target: str) -> tuple[float, float]:
    """A cold `check 02.1`: the whole wait, and the overhead."""
    began = time.perf_counter()
    done = subprocess.run(
        [str(place / "looplab"), "check", "02.1", "--target", target, "--json"],
        capture_output=True,
        text=True,
        cwd=place,
        env=environment(place),
    )
    took = time.perf_counter() - began
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(records) == 9, done.stderr
    return took, took - sum(record["seconds"] for record in records)


class Watch:
    """The watch screen on a terminal of 80 × 24."""

    def __init__(self, place: Path) -> None:
        self.file = place / "lessons/02_select/logger.py"
        self.child = pexpect.spawn(
            str(place / "looplab"),
            cwd=str(place),
            env=environment(place),
            encoding="utf-8",
            dimensions=(24, 80),
            timeout=60,
        )
        self.child.expect_exact("TODO 02.1")
        self.child.expect_exact("waiting for a save")

    def to_first_failure(self, n: int) -> float:
        """A save that fails at once: until its failure is on the screen."""
        mark = f"mark {n} {time.monotonic_ns()}"
        began = time.perf_counter()
        self.file.write_text(f'raise RuntimeError("{mark}")\n')
        self.child.expect_exact(mark)
        took = time.perf_counter() - began
        self.child.expect_exact("waiting for a save")
        return took

    def to_all_passed(self, right: str, n: int) -> float:
        """A save that passes: until the screen says so, less what the checks took."""
        began = time.perf_counter()
        self.file.write_text(f"{right}\n# {n}\n")
        self.child.expect(re.compile(r"checks passed \(([0-9.]+) s\)"))
        took = time.perf_counter() - began
        checks = float(self.child.match[1])  # as shown, to a tenth of a second
        self.child.expect_exact("waiting for a save")
        return took - checks

    def idle_share(self) -> float:
        """The share of one core that it uses while nothing is saved."""
        family = proc.tree(self.child.pid)
        before, began = proc.cpu(family), time.perf_counter()
        time.sleep(IDLE)
        return (proc.cpu(family).run - before.run) / (time.perf_counter() - began)


def median(measure: Callable[[int], float]) -> float:
    return statistics.median(measure(n) for n in range(TIMES))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        a_copy(place)
        check(place, "solutions")  # byte code is written once
        base = median(lambda n: bare_pytest(place))
        right = (place / "solutions/02_select/logger.py").read_text("utf-8")
        rows = [
            ("bare pytest, one trivial test", base),
            ("check 02.1, start file, whole", median(lambda n: check(place, "lessons")[0])),
            ("check 02.1, reference, overhead", median(lambda n: check(place, "solutions")[1])),
        ]
        watch = Watch(place)
        rows += [
            ("watch: save to first failure shown", median(watch.to_first_failure)),
            ("watch: save to passed, overhead", median(lambda n: watch.to_all_passed(right, n))),
        ]
        share = watch.idle_share()
        watch.child.send("q")
        watch.child.expect(pexpect.EOF)
    for name, seconds in rows:
        print(f"{name:36} {seconds:6.3f} s  {seconds / base:5.2f} ×")
    print(f"{'watch: idle, share of a core':36} {share:8.2%}")


if __name__ == "__main__":
    main()
