"""The wrapper on a machine that lacks something, and the checks on other Pythons."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from machine import pythons

from looplab import course

ROOT = course.ROOT


def bare_path(tmp_path: Path, python: str | None) -> str:
    """A PATH with the shell's own tools and, if given, one `python3` that answers as told."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in ("sh", "cmp", "cp", "env", "dirname"):
        (folder / tool).symlink_to(shutil.which(tool))
    if python is not None:
        (folder / "python3").write_text(f"#!/bin/sh\n{python}\n")
        (folder / "python3").chmod(0o755)
    return str(folder)


def wrapper(tmp_path: Path, path: str, lang: str, *words: str) -> subprocess.CompletedProcess[str]:
    shutil.copy(ROOT / "looplab", tmp_path / "looplab")
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    env = {"PATH": path, "HOME": str(tmp_path), "LANG": lang}
    command = ["./looplab", *words]
    return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=env)


@pytest.mark.parametrize(
    ("lang", "words"), [("C.UTF-8", "found none on PATH"), ("zh_CN.UTF-8", "没有找到")]
)
@pytest.mark.parametrize("python", [None, "exit 1"], ids=["missing", "too old"])
def test_no_python(tmp_path, lang, words, python):
    done = wrapper(tmp_path, bare_path(tmp_path, python), lang)
    assert done.returncode == 2
    assert words in done.stderr and "apt install python3 python3-venv" in done.stderr
    assert "looplab" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("lang", "words"), [("C.UTF-8", "has no venv module"), ("zh_CN.UTF-8", "没有 venv 模块")]
)
def test_no_venv(tmp_path, lang, words):
    python = 'case "$2" in *venv*) exit 1 ;; *) exit 0 ;; esac'
    done = wrapper(tmp_path, bare_path(tmp_path, python), lang)
    assert done.returncode == 2
    assert words in done.stderr and "apt install python3-venv" in done.stderr
    assert not (tmp_path / ".venv").exists()


@pytest.mark.parametrize(
    ("words", "locked"),
    [
        ("", "run"),
        ("check docs", "run"),
        ("--lang zh", "run"),
        ("docs", "site"),
        ("--lang zh docs", "site"),
        ("test -q", "dev"),
        ("--lang=zh dev check", "dev"),
    ],
)
def test_each_command_installs_what_it_needs(tmp_path, words, locked):
    venv = tmp_path / ".venv/bin"
    venv.mkdir(parents=True)
    (venv / "python").write_text('#!/bin/sh\necho "asked: $*"\n')
    (venv / "python").chmod(0o755)
    done = wrapper(tmp_path, bare_path(tmp_path, None), "C.UTF-8", *words.split())
    assert done.returncode == 0, done.stderr
    installed = [line for line in done.stdout.splitlines() if " pip install " in line]
    assert len(installed) == 1 and installed[0].endswith(f"requirements/{locked}.txt")
    assert done.stdout.splitlines()[-1].endswith(f"looplab.cli {words}".strip())


def test_the_locks_name_no_host_and_every_package_has_hashes():
    for name in ("run", "site", "dev"):
        text = (ROOT / "requirements" / f"{name}.txt").read_text()
        assert "://" not in text and "index" not in text.replace("pathspec", "")
        for line in text.replace("\\\n", " ").splitlines():
            assert "--hash=sha256:" in line, line


@pytest.mark.skipif(not pythons(), reason="no other Python than this one is installed")
@pytest.mark.parametrize("python", pythons())
def test_set_up_and_lesson_checks_on_other_pythons(tmp_path, python):
    """The wrapper sets itself up with this Python, and every reference solution passes on it."""
    environment = os.environ | {"LOOPLAB_PYTHON": python, "LOOPLAB_VENV": str(tmp_path / "venv")}
    command = [str(ROOT / "looplab"), "check", "--all", "--target", "solutions", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment)
    assert done.returncode == 0, done.stderr
    records = [json.loads(line) for line in done.stdout.splitlines()]
    checks = [(e.id, check.id) for e in course.load().exercises for check in e.checks]
    assert [(r["exercise"], r["check"], r["outcome"]) for r in records] == [
        (*one, "passed") for one in checks
    ]
