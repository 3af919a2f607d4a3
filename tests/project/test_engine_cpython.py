"""CPython 3.11's own tests of asyncore and asynchat pass on our engines: whole, and as they are."""

import contextlib
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from engines import FILES, ROOT, standard

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


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What became of every test, on each engine: all of them at once, since they mostly wait."""
    begun: dict[tuple[str, str], subprocess.Popen[str]] = {}

    def begin(suite: str) -> None:
        engines = {"asyncore": "asyncore"} if standard() else {}
        for engine, file in (engines | FILES).items():
            begun[engine, suite] = subprocess.Popen(
                [sys.executable, "-P", str(SUITE), str(file), str(test_file(suite))],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                cwd=tmp_path_factory.mktemp(f"{engine}_{suite}"),
            )

    def ask(engine: str, suite: str) -> tuple[dict[str, str], str]:
        if (engine, suite) not in begun:
            begin(suite)
        out, err = begun[engine, suite].communicate()
        assert out, err
        return json.loads(out.splitlines()[-1]), err

    answers: dict[tuple[str, str], tuple[dict[str, str], str]] = {}
    yield lambda *of: answers.get(of) or answers.setdefault(of, ask(*of))
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


@pytest.mark.parametrize("engine", FILES)
@pytest.mark.parametrize("suite", ["test_asyncore", "test_asynchat"])
def test_cpythons_own_suite(told, engine, suite):
    needed(suite)
    if suite == "test_asynchat" and not standard():
        pytest.skip("the standard library has asynchat up to 3.11")
    outcomes, errors = told(engine, suite)
    failed = [name for name, outcome in outcomes.items() if outcome == "failed"]
    assert not failed, errors
    if standard():
        original, errors = told("asyncore", suite)
        assert "failed" not in original.values(), errors
        assert outcomes == original, "not the tests that the original passes"
    assert (
        sum(outcome == "ok" for outcome in outcomes.values())
        >= {
            "test_asyncore": 80,
            "test_asynchat": 20,
        }[suite]
    )


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
