"""A house of its own for every test that edits files: the project as a learner has it, in a temp
folder."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from looplab import course, soundness

PARTS = ("looplab", "requirements", "src", "lessons", "solutions", "tests")


class House:
    """A copy of the project with fresh start files, and its command line."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name in PARTS:
            source = course.ROOT / name
            if source.is_dir():
                shutil.copytree(
                    source, root / name, ignore=shutil.ignore_patterns("__pycache__", "project")
                )
            else:
                shutil.copy(source, root / name)
        for path, text in soundness.start_files(course.load()).items():
            (root / path.relative_to(course.ROOT)).write_text(text, "utf-8")

    def lesson(self, path: str) -> Path:
        return self.root / "lessons" / path

    def solve(self, exercise_id: str) -> None:
        path = course.load().exercise(exercise_id).path
        shutil.copy(self.root / "solutions" / path, self.root / "lessons" / path)

    def environment(self, lang: str = "en", **more: str) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        names = {
            "LANG": {"en": "C.UTF-8", "zh": "zh_CN.UTF-8"}[lang],
            "PYTHONUTF8": "1",
            "TERM": "xterm",
        }
        return kept | names | {"PYTHONPATH": str(self.root / "src")} | more

    def run(
        self, *words: str, lang: str = "en", stdin: str = "", **more: str
    ) -> subprocess.CompletedProcess[str]:
        """A command without a terminal, to its end."""
        return subprocess.run(
            [sys.executable, "-P", "-m", "looplab.cli", *words],
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            cwd=self.root,
            env=self.environment(lang, **more),
            timeout=120,
        )

    def records(self, *words: str) -> list[dict]:
        done = self.run("check", *words, "--json")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def spawn(self, *words: str, lang: str = "en", **more: str) -> pexpect.spawn:
        """A command on a terminal of 80 columns."""
        return pexpect.spawn(
            sys.executable,
            ["-P", "-m", "looplab.cli", *words],
            cwd=str(self.root),
            env=self.environment(lang, **more),
            encoding="utf-8",
            dimensions=(40, 80),
            # Ctrl-C counts, even where these tests were started in the background.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL) and None,
            timeout=150,
            echo=False,
        )


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built strictly: any warning is an error here."""
    from looplab import site

    out = tmp_path_factory.mktemp("site") / "out"
    return site.build(out, site_url="http://127.0.0.1:8000/")


def running(path: Path) -> list[str]:
    """The processes whose command line names this path."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if str(path) in line and folder.name != str(os.getpid()):
            found.append(line)
    return found


@pytest.fixture
def mini(tmp_path: Path):
    """A small course on an engine, as a learner has it at first."""
    from minicourse import MiniHouse

    return MiniHouse(tmp_path)
