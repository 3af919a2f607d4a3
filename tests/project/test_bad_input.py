"""What a learner's folder can hold besides a right program: each gets its own clear words,
nothing is lost."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import running

from looplab.checks import proc
from looplab.messages import sentence

SPIN = "while True:\n    pass\n"
READY = """\
import os, signal, socket, sys, time
listener = socket.create_server(("127.0.0.1", 0))
print(f"listening on 127.0.0.1:{listener.getsockname()[1]}", flush=True)
"""

# What stands in logger.py; the first check that fails; its fault; an id of [say] that its reader
# sees.
PROGRAMS = {
    "empty": (b"", "imports", "empty-file", "is-empty"),
    "blank": (b"\n  \n", "imports", "empty-file", "is-empty"),
    "syntax error": (b"def serve(:\n", "imports", "not-python", "no-parse"),
    "binary garbage": (bytes(range(256)) * 4, "imports", "not-python", "no-parse"),
    "not UTF-8": ("# 中文\n".encode("gbk"), "imports", "not-python", "no-parse"),
    "ends at once": (b"pass\n", "one_client", "exited", "exited"),
    "exits with a status": (b"raise SystemExit(7)\n", "one_client", "exited", "exited"),
    "dies at once": (b"1 / 0\n", "one_client", "crashed", "died"),
    "never prints": (b"import time\ntime.sleep(60)\n", "one_client", "never-ready", "no-ready"),
    "waits for a key": (b"input()\n", "one_client", "never-ready", "no-ready"),
    "spins": (SPIN.encode(), "one_client", "busy-loop", "no-ready"),
    "prints 10 MB": (b"print('x' * 10_000_000)\n", "one_client", "output-flood", "flood"),
    "prints for ever": (
        b"while True:\n    print('x' * 70)\n",
        "one_client",
        "output-flood",
        "flood",
    ),
    "closes its output": (
        b"import os, time\nos.close(1)\ntime.sleep(60)\n",
        "one_client",
        "never-ready",
        "no-ready",
    ),
    "another port": (
        b"print('listening on 127.0.0.1:1')\nimport time\ntime.sleep(9)\n",
        "one_client",
        "never-ready",
        "refused",
    ),
    "ready and gone": (READY.encode(), "one_client", "exited", "exited"),
    "forks": (
        READY.encode() + b"os.fork()\ntime.sleep(60)\n",
        "one_client",
        "silent",
        "arrival-not-logged",
    ),
    "leaves the group": (
        READY.encode() + b"if os.fork() == 0:\n    os.setsid()\ntime.sleep(60)\n",
        "one_client",
        "silent",
        "arrival-not-logged",
    ),
    "deaf to every signal": (
        b"import signal\nfor n in (1, 2, 6, 15):\n    signal.signal(n, signal.SIG_IGN)\n"
        + READY.encode()
        + SPIN.encode(),
        "one_client",
        "busy-loop",
        "arrival-not-logged",
    ),
    "stops itself": (
        READY.encode() + b"os.kill(os.getpid(), signal.SIGSTOP)\n",
        "one_client",
        "silent",
        "arrival-not-logged",
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_program(house, name):
    content, check, fault, words = PROGRAMS[name]
    path = house.lesson("02_select/logger.py")
    path.write_bytes(content)
    records = house.records("02.1")
    failed = next(r for r in records if r["outcome"] != "passed")
    assert (failed["outcome"], failed["check"], failed.get("fault")) == ("failed", check, fault), (
        failed
    )
    assert words in [one["id"] for one in failed["seen"]]
    assert path.read_bytes() == content
    assert not running(path)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_ignores_sigint(house, lang):
    path = house.lesson("02_select/logger.py")
    text = (house.root / "solutions/02_select/logger.py").read_text("utf-8")
    text = text.replace(
        "import argparse",
        "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nimport argparse",
    )
    path.write_text(text, "utf-8")
    done = house.run("check", "02.1", lang=lang)
    assert done.returncode == 1 and "[7/9]" in done.stdout
    assert sentence(lang, "fault.ignores-sigint", "idea").split("`")[0][:12] in done.stdout
    assert not running(path)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_missing_file_and_reset(house, lang):
    path = house.lesson("02_select/logger.py")
    start = path.read_bytes()
    path.unlink()
    done = house.run("check", "02.1", lang=lang)
    assert (
        done.returncode == 1
        and sentence(lang, "say", "no-file", {"file": "logger.py"}) in done.stdout
    )
    assert house.run("run", "02.1", lang=lang).returncode == 2
    assert house.run("reset", "02.1", lang=lang).returncode == 0
    assert path.read_bytes() == start


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_folder_where_the_file_should_be(house, lang):
    path = house.lesson("02_select/logger.py")
    path.unlink()
    path.mkdir()
    (path / "mine.txt").write_text("keep me")
    done = house.run("check", "02.1", lang=lang)
    assert (
        done.returncode == 1
        and sentence(lang, "say", "is-a-folder", {"file": "logger.py"}) in done.stdout
    )
    assert house.run("reset", "02.1", "--yes", lang=lang).returncode == 0
    assert path.is_file()
    kept = list((house.root / ".looplab/backup").rglob("mine.txt"))
    assert [one.read_text() for one in kept] == ["keep me"]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    ("words", "key", "shown"),
    [
        (["check", "02.9"], "unknown-what", "02.1"),
        (["check", "selct"], "unknown-what", "select"),
        (["hint", "zzz"], "unknown-what", "./looplab list"),
        (["hint", "02"], "one-exercise", "02.3"),
        (["check"], "check-or-all", "./looplab check --all"),
        (["check", "02.1", "--all"], "check-or-all", "./looplab check --all"),
        (["check", "02.1", "--target", "nowhere"], "no-target", "02_select/logger.py"),
        (["chekc"], "no-command", "check"),
        (["check", "--sede", "1"], "no-option", "--seed"),
        (["hint"], "missing-arg", "./looplab hint"),
        (["lang", "fr"], "bad-value", "fr"),
        (["check", "02.1", "--seed", "x"], "bad-value", "x"),
        (["list", "more"], "too-many", "more"),
        (["check", "02.1", "--seed"], "missing-arg", "--seed"),
        (["answer", "02.q1", "77"], "answer-bad", "3"),
    ],
)
def test_bad_usage(house, lang, words, key, shown):
    done = house.run(*words, lang=lang)
    assert done.returncode == 2
    start = sentence(lang, "cli", key).split("{")[0].strip("`")
    assert start in done.stderr and shown in done.stderr
    assert not done.stdout.replace("02.q1", "") or key == "answer-bad"
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    "content", [b"", b"not json", b"[1]", b'{"passed": 3}', b'{"more": 1}', b"\xff\xfe"]
)
def test_corrupt_progress_is_kept_aside(house, lang, content):
    folder = house.root / ".looplab"
    folder.mkdir()
    (folder / "progress.json").write_bytes(content)
    done = house.run("hint", "02.1", lang=lang)
    assert done.returncode == 0
    kept = list(folder.glob("progress.corrupt-*.json"))
    assert [one.read_bytes() for one in kept] == [content]
    assert kept[0].name in done.stderr.replace("\n", "")
    assert house.run("hint", "02.1", lang=lang).stderr == ""


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    ("old", "new", "line_of"),
    [
        ('title = { en = "Wait', 'title = { "Wait', 'title = { "Wait'),
        ('id = "02.2"', 'id = "03.2"', 'id = "03.2"'),
        ("minutes = 60", "minutes = true", "minutes = true"),
        ('kind = "repair"', 'kind = "mend"', 'kind = "mend"'),
        ("points = 0", "points = 1", "points = 1"),
        ('check = "goodbye"', 'check = "good"', 'check = "good"'),
        ('line = "client.close()"\n', "", "[[exercise]]"),
    ],
)
def test_a_broken_lesson_is_named_with_its_line(house, lang, old, new, line_of):
    path = house.lesson("02_select/lesson.toml")
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    line = next(
        n for n, one in enumerate(path.read_text("utf-8").splitlines(), 1) if line_of in one
    )
    done = house.run("check", "02.1", lang=lang)
    assert done.returncode == 3
    assert "lesson.toml" in done.stderr and str(line) in done.stderr
    assert sentence(lang, "cli", "broken-course").split("{")[0][:6] in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_folder_that_cannot_be_written(house, lang):
    path = house.lesson("02_select/logger.py")
    path.write_text("mine\n")
    (house.root / ".looplab").mkdir()
    for folder in (house.root, house.root / ".looplab", path.parent):
        folder.chmod(0o555)
    command = [sys.executable, "-P", "-m", "looplab.cli"]
    if os.geteuid() == 0:  # root writes anywhere, unless this capability is taken away
        caps = "-dac_override,-dac_read_search"
        command = ["setpriv", f"--bounding-set={caps}", f"--inh-caps={caps}", *command]
    env = house.environment(lang, PYTHONDONTWRITEBYTECODE="1", COLUMNS="300")

    def run(*words):
        return subprocess.run(
            [*command, *words], capture_output=True, text=True, cwd=house.root, env=env
        )

    checked = run("check", "02.1")
    assert checked.returncode == 1, checked.stderr
    assert (
        sentence(lang, "cli", "progress-unwritable", {"error": "Permission denied"})
        in checked.stderr
    )
    reset = run("reset", "02.1", "--yes")
    assert reset.returncode == 2 and sentence(lang, "cli", "unwritable-next") in reset.stderr
    assert path.read_text() == "mine\n"


def test_the_tool_tells_its_own_fault_from_the_learners(house):
    assert house.run("check", "02.0").returncode == 0
    tests = house.root / "tests/test_02_select.py"
    tests.write_text(
        tests.read_text("utf-8") + "\n\nraise RuntimeError('a broken test file')\n", "utf-8"
    )
    house.solve("02.1")
    done = house.run("check", "02.1")
    assert (
        done.returncode == 3 and "our fault" in done.stdout and "a broken test file" in done.stdout
    )
    assert "./looplab check 02.1" in house.run().stdout  # not marked


def test_a_broken_check_is_our_fault(house):
    rules = house.root / "tests/logger_rules.py"
    text = rules.read_text("utf-8")
    assert "probes.prompt(" in text
    text = text.replace("probes.prompt(", "log.no_such_verb(")
    rules.write_text(text, "utf-8")
    house.solve("02.1")
    records = house.records("02.1")
    assert {r["check"]: r["outcome"] for r in records}["two_clients"] == "our-fault"
    assert [r for r in records if r["outcome"] == "failed"] == []


def is_alive(pid: int) -> bool:
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())  # a zombie's is empty
    except OSError:
        return False


def test_a_killed_run_keeps_what_it_had(house):
    wrong = house.root / "tests/wrong/02_select/polling.py"
    house.lesson("02_select/logger.py").write_bytes(wrong.read_bytes())
    command = [sys.executable, "-P", "-m", "looplab.cli", "check", "02.1", "--json"]
    child = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=house.root, env=house.environment()
    )
    first = child.stdout.readline()
    judges = proc.tree(child.pid)  # they may start a program yet
    child.kill()
    child.wait()
    assert '"imports"' in first
    end = time.monotonic() + 60
    while any(map(is_alive, judges)) and time.monotonic() < end:
        time.sleep(0.05)
    while running(house.root) and time.monotonic() < end:
        time.sleep(0.05)
    assert not running(house.root)
