"""CPython 3.11's own tests of asyncore and asynchat pass on our engines: whole, and as they are."""

import contextlib
import functools
import importlib.util
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from engines import FILES, ROOT, standard, version
from machine import pythons

SUITE = Path(__file__).with_name("cpython_suite.py")
DEBIAN = Path("/usr/lib/python3.11/test")  # where libpython3.11-testsuite puts them


def test_file(name: str) -> Path | None:
    """CPython's tests as this machine has them: of this Python, or of Debian's 3.11."""
    with contextlib.suppress(ImportError):
        if (spec := importlib.util.find_spec(f"test.{name}")) and spec.origin:
            return Path(spec.origin)
    path = DEBIAN / f"{name}.py"
    return path if path.is_file() else None


test_file.__test__ = False  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Suite:
    """CPython's tests on one engine, on one Python."""

    name: str
    engine: str
    python: str = sys.executable

    @property
    def id(self) -> str:
        here = self.python == sys.executable
        return f"{'this' if here else version(self.python)}-{self.engine}-{self.name}"

    def start(self, folder: Path) -> "subprocess.Popen[str]":
        file = str(FILES.get(self.engine, "asyncore"))
        return subprocess.Popen(
            [self.python, "-P", str(SUITE), file, str(test_file(self.name))],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=folder,
        )


def originals() -> list[Suite]:
    return [Suite(name, "asyncore") for name in MOST] if standard() else []


def suites() -> list[Suite]:
    """All that can be run here. asynchat is part of Python up to 3.11."""
    found = [Suite("test_asyncore", engine) for engine in FILES]
    found += [Suite("test_asynchat", engine) for engine in FILES if standard()]
    for python in pythons():
        here = [python, "-c", "import test.support"]
        if not subprocess.run(here, stderr=subprocess.DEVNULL).returncode:
            found += [Suite("test_asyncore", engine, python) for engine in FILES]
    return found


# Tests that must pass at least: what passes where there is neither IPv6 nor AF_UNIX.
MOST = {"test_asyncore": 40, "test_asynchat": 20}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What became of every test: all suites at once, since they mostly wait."""
    begun: dict[Suite, subprocess.Popen[str]] = {}

    @functools.cache
    def ask(suite: Suite) -> tuple[dict[str, str], str]:
        if not begun:
            for one in (*originals(), *suites()):
                if test_file(one.name) is not None:
                    begun[one] = one.start(tmp_path_factory.mktemp("suite"))
        out, err = begun[suite].communicate()
        assert out, err
        return json.loads(out.splitlines()[-1]), err

    yield ask
    for process in begun.values():
        if process.poll() is None:
            process.kill()
        process.communicate()


def needed(name: str) -> None:
    """Skip where CPython's tests are not; in CI they must be."""
    if test_file(name) is None:
        reason = f"test.{name} of CPython 3.11 is not here (Debian: libpython3.11-testsuite)"
        assert os.environ.get("CI") != "true", reason
        pytest.skip(reason)


@pytest.mark.parametrize("suite", suites(), ids=lambda suite: suite.id)
def test_cpythons_own_suite(told, suite: Suite):
    needed(suite.name)
    outcomes, errors = told(suite)
    assert "failed" not in outcomes.values(), errors
    assert list(outcomes.values()).count("ok") >= MOST[suite.name], errors
    for original in originals():
        if original.name == suite.name:
            theirs, errors = told(original)
            assert "failed" not in theirs.values(), errors
            assert outcomes == theirs, "not the tests that the original passes"


def test_the_suite_notices_a_broken_engine(tmp_path):
    """An engine that cannot show itself: the very test fails, and the shim says so."""
    needed("test_asyncore")
    broken = tmp_path / "asyncore.py"
    text = (ROOT / "solutions/asyncore.py").read_text("utf-8")
    broken.write_text(f"{text}\n\ndispatcher.__repr__ = lambda self: 'no'\n", "utf-8")
    name = "DispatcherTests.test_repr"
    code = f"""
import sys, unittest
sys.argv[1:] = [{str(broken)!r}, {str(test_file("test_asyncore"))!r}]
unittest.defaultTestLoader.loadTestsFromModule = lambda module: (
    unittest.defaultTestLoader.loadTestsFromName({name!r}, module))
import cpython_suite
cpython_suite.main()
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(SUITE.parent)},
    )
    assert list(json.loads(done.stdout).values()) == ["failed"], done.stderr


def test_where_the_suite_is_nowhere(monkeypatch):
    monkeypatch.setitem(globals(), "test_file", lambda name: None)
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="libpython3.11-testsuite"):
        needed("test_asyncore")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(AssertionError, match="libpython3.11-testsuite"):
        needed("test_asyncore")
