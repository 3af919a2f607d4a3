"""Exercises of the engine, on a small course: judged, shown and kept."""

import json
import re
import shutil
import signal
import subprocess
import sys
from xml.etree import ElementTree

import pexpect
import pytest
from conftest import running
from minicourse import MiniHouse

from looplab import course
from looplab.cli.screen import OURS, USAGE
from looplab.messages import sentence
from looplab.workspace import Workspace

LANGS = pytest.mark.parametrize("lang", ["en", "zh"])
LATER = ("97.1", "97.2")  # 98.1 has a file of its own: the reference's engine will do
# Wrong in lesson 96, so that no program of the later lessons works.
BROKEN = ("        call(channels, reading, writing)\n", "        call(channels, reading)\n")


def came_to(records):
    return {f"{r['exercise']} {r['check']}": r.get("fault") or r["engine"] for r in records}


@pytest.fixture
def solved(mini):
    mini.solve()
    return mini


def engine_of(house) -> str:
    return house.engine.read_text("utf-8")


# -- judged


def test_the_engine_begins_with_the_holes_of_every_exercise(mini):
    text = mini.engine.read_text("utf-8")
    for todo in ("96.1 loop", "96.1 dispatcher.add_channel", "97.1 dispatcher_with_send.send"):
        assert f'raise NotImplementedError("TODO {todo}")' in text
    assert "return b'HELLO\\n'  # TODO 96.2 dispatcher.greeting\n" in text
    assert "dispatcher.close(self)  # TODO 97.2 dispatcher_with_send.close\n" in text


def test_programs_run_on_the_engine_of_the_target(solved):
    records = solved.records("--all")
    assert {r["outcome"] for r in records} == {"passed"}, records
    assert {r["engine"] for r in records} == {"target"}


def test_a_hole_is_named_where_it_is(mini):
    records = mini.records("--all")
    assert came_to(records) == {
        "96.1 imports": "target",
        "96.1 answers": "not-implemented",
        "96.2 greets": "not-implemented",
        "97.1 echo": "not-implemented",
        "97.2 bye": "not-implemented",
        "98.1 echo": "not-implemented",
        "98.1 another": "reference",  # nothing of one's own but the engine
    }
    for record in records[1:5]:
        assert record["where"]["file"] == "asyncore.py"
        assert record["where"]["source"].startswith("raise NotImplementedError")
    shown = mini.run("check", "97.1").stdout  # 96 is not written: how to go on all the same
    assert "./looplab check 96    ./looplab checkpoint 97" in shown


PRINTED = """\
            try:
                one.handle_read()
            except Exception as error:
                at = f"[{__file__}|call|{error.__traceback__.tb_next.tb_lineno}]"
                at = f"[{__file__}|send|LINE]" if "send" in str(error) else at
                print(f"error: caught ({type(error)}:{error} {at})", flush=True)
"""


def test_a_hole_that_the_loop_caught_and_printed_is_named_too(solved):
    solved.replace("            one.handle_read()\n", PRINTED)
    solved.replace(
        "        self.owed += data\n", '        raise NotImplementedError("TODO 97.1 x.send")\n'
    )
    line = engine_of(solved).partition('raise NotImplementedError("TODO 97.1')[0].count("\n")
    solved.replace("|send|LINE]", f"|send|{line + 1}]")
    (record,) = solved.records("97.1")
    assert record["fault"] == "not-implemented"
    assert record["seen"][0]["args"] == {"what": "97.1 x.send"}
    assert record["where"]["line"] == line + 1 and record["engine"] == "target"


def test_a_line_of_the_engine_is_named_in_a_crash_and_where_it_sleeps(solved):
    solved.replace("        self.owed += data\n", "        self.owed += data + 1\n")
    (crashed,) = solved.records("97.1")
    assert (crashed["fault"], crashed["where"]["source"]) == ("crashed", "self.owed += data + 1")
    assert 'File "mini_owed.py"' in "\n".join(crashed["traceback"])
    solved.replace("        self.owed += data + 1\n", "        self.socket.recv(1)\n")
    (asleep,) = solved.records("97.1")
    assert (asleep["fault"], asleep["where"]["file"]) == ("blocked-in-recv", "asyncore.py")
    assert asleep["where"]["source"] == "self.socket.recv(1)"
    solved.replace("import select\n", "import select\nimport asyncio\n")
    imports = solved.records("96.1")[0]
    assert (imports["fault"], imports["where"]["line"]) == ("forbidden-import", 4)


def test_only_the_engines_folder_is_added_to_what_a_program_imports(solved):
    solved.replace(
        "import socket\n",
        "import os\nimport socket\nimport sys\n\n"
        "assert os.environ['PYTHONPATH'] == os.path.dirname(__file__), os.environ\n"
        "assert not [one for one in sys.path if 'site-packages' in one and '.venv' in one]\n",
    )
    assert {r["outcome"] for r in solved.records("97.1")} == {"passed"}


# -- an earlier lesson that is broken does not cost the later ones


def test_a_broken_earlier_lesson_is_told_and_does_not_count(solved):
    solved.replace(*BROKEN)
    records = solved.records("--all")
    assert came_to(records) == {
        "96.1 imports": "target",
        "96.1 answers": "crashed",
        "96.2 greets": "crashed",
        "97.1 echo": "reference",
        "97.2 bye": "reference",
        "98.1 echo": "reference",
        "98.1 another": "reference",
    }
    assert {r["outcome"] for r in records[3:]} == {"passed"}
    own = records[3]["on_own"]
    assert {"fault", "expected", "seen", "where", "timeline", "output", "acts"} <= set(own)
    assert (own["fault"], own["where"]["file"], own["lessons"]) == (
        "crashed",
        "asyncore.py",
        ["96_loop"],
    )
    assert records[5]["on_own"]["lessons"] == ["96_loop", "97_owed"]


def test_what_is_wrong_in_this_lesson_fails_on_either_engine(solved):
    solved.replace(*BROKEN)
    solved.replace("        self.owed += data\n", "        self.owed += data + b'!'\n")
    (record,) = solved.records("97.1")
    own = record["outcome"], record["engine"], record["fault"]
    assert own == ("failed", "target", "crashed") and "on_own" not in record
    assert record["on_reference"]["fault"] == "wrong-bytes"  # both are told
    shown = solved.run("check", "97.1", COLUMNS="300").stdout
    assert "b'words!'" in shown and "./looplab checkpoint 97" in shown
    solved.replace(*reversed(BROKEN))
    (record,) = solved.records("97.1")
    assert record["fault"] == "wrong-bytes" and "on_reference" not in record


@pytest.mark.parametrize("text", [None, b"def loop(:\n", b"\xff\xfe", b""])
def test_an_engine_that_cannot_be_read(solved, text):
    solved.engine.unlink()
    if text is not None:
        solved.engine.write_bytes(text)
    fault = {None: "no-file", b"": "empty-file"}.get(text, "not-python")
    assert {r["fault"] for r in solved.records("97")} == {fault}
    records = solved.records("98")  # a file of its own: the reference's engine will do
    assert {(r["outcome"], r["on_own"]["fault"]) for r in records} == {("passed", fault)}


@LANGS
def test_the_terminal_says_so(solved, lang):
    solved.replace(*BROKEN)
    done = solved.run("check", "97.1", lang=lang, COLUMNS="300")
    assert done.returncode == 0
    for key in ("elsewhere", "on-own", "note", "why"):
        assert sentence(lang, "report", key) in done.stdout
    assert "asyncore.py:" in done.stdout
    assert re.search(r"\./looplab check 96 *\n *\./looplab checkpoint 97 *\n", done.stdout)
    assert Workspace(solved.root).progress.passed.keys() == {"97.1"}


def test_pytest_and_its_junit_report_say_so(solved):
    solved.replace(*BROKEN)
    shutil.copy(course.ROOT / "tests/conftest.py", solved.root / "tests")
    report = solved.root / "report.xml"
    words = ["tests", "--target", "lessons", "--exercise", "97.1", f"--junitxml={report}"]
    done = subprocess.run(
        [sys.executable, "-P", "-m", "pytest", "-p", "looplab.checks.plugin", *words],
        cwd=solved.root,
        env=solved.environment(),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert sentence("en", "report", "on-own")[:40] in done.stdout
    told = {one.get("name"): one.get("value") for one in ElementTree.parse(report).iter("property")}
    assert told["outcome"] == "passed"
    assert (told["engine"], told["on_own"]) == ("reference", "crashed")


# -- regressions


@LANGS
def test_what_passed_before_and_fails_now_is_a_regression(solved, lang):
    assert solved.run("check", "--all").returncode == 0
    solved.replace("        self.owed += data\n", "        self.owed += data[1:]\n")
    words = ["check", "--all"]
    if lang == "en":
        records = solved.records("--all")
        failed = [r for r in records if r["outcome"] == "failed"]
        assert {r["exercise"] for r in failed} == set(LATER)
        assert all(r["regression"] is True for r in failed)
        assert not any("regression" in r for r in records if r["outcome"] == "passed")
        again = solved.records("97.1")  # it is open again: told once
        assert [r.get("regression") for r in again] == [None]
        return
    done = solved.run(*words, lang=lang)
    assert done.returncode == 1
    assert done.stdout.count(sentence(lang, "report", "regression")) == len(LATER)


def test_a_folder_that_was_handed_in_has_no_regressions(solved):
    assert solved.run("check", "97").returncode == 0
    other = solved.root / "alice"
    other.mkdir()
    text = solved.engine.read_text("utf-8")
    (other / "asyncore.py").write_text(text.replace("self.owed += data\n", "pass\n"), "utf-8")
    records = solved.records("97.1", "--target", "alice")
    assert [(r["outcome"], r.get("regression")) for r in records] == [("failed", None)]
    assert "97.1" in Workspace(solved.root).progress.passed


# -- the learner's file


@LANGS
def test_reset_empties_the_parts_of_one_exercise_alone(solved, lang):
    mine = engine_of(solved).replace("import select\n", "import select\nimport time  # mine\n")
    solved.write("lessons/asyncore.py", mine)
    assert solved.run("check", "--all").returncode == 0
    child = solved.spawn("reset", "97.1", lang=lang)
    child.expect_exact("[y/N]")
    child.sendline("y")
    child.expect(pexpect.EOF)
    assert engine_of(solved) == mine.replace(
        "        self.owed += data\n",
        '        raise NotImplementedError("TODO 97.1 dispatcher_with_send.send")\n',
    )
    workspace = Workspace(solved.root)
    assert set(workspace.progress.passed) == {"96.1", "96.2", "97.2", "98.1"}
    # `check` kept it as one that passed; it is not kept twice.
    assert [v.path.read_text("utf-8") for v in workspace.versions("asyncore.py")] == [mine]
    names = {"file": "lessons/asyncore.py", "id": "97.1"}
    same = solved.run("reset", "97.1", lang=lang, COLUMNS="300")
    assert sentence(lang, "cli", "reset-part-same", names) in same.stdout
    back = solved.run("reset", "97.1", "--to", "1", "--yes", lang=lang)
    assert back.returncode == 0 and engine_of(solved) == mine


@LANGS
def test_a_file_that_is_no_python_is_reset_whole(solved, lang):
    solved.write("lessons/asyncore.py", "def loop(:\n")
    done = solved.run("reset", "97.1", "--yes", lang=lang, COLUMNS="300")
    assert done.returncode == USAGE and "./looplab reset asyncore.py\n" in done.stderr
    assert engine_of(solved) == "def loop(:\n"
    whole = solved.run("reset", "asyncore.py", "--yes", lang=lang)
    assert whole.returncode == 0, whole.stderr
    assert "TODO 96.1 loop" in engine_of(solved) and "TODO 97.1" in engine_of(solved)
    (version,) = Workspace(solved.root).versions("asyncore.py")
    assert version.path.read_text("utf-8") == "def loop(:\n"


def test_reset_brings_back_a_part_that_was_taken_out(solved):
    solved.replace('        """Owe these bytes to the peer."""\n        self.owed += data\n', "")
    solved.replace("    def send(self, data):\n", "")
    assert solved.run("reset", "97.1", "--yes").returncode == 0
    assert "TODO 97.1 dispatcher_with_send.send" in engine_of(solved)
    solved.replace("class dispatcher_with_send(dispatcher):", "class other(dispatcher):")
    done = solved.run("reset", "97.1", "--yes")
    assert done.returncode == USAGE and "dispatcher_with_send" in done.stderr


def test_diff_shows_the_functions_of_one_exercise(solved):
    solved.replace('        return b"hello\\n"\n', '        return b"good day\\n"\n')
    solved.replace("        self.owed += data\n", "        self.owed = self.owed + data\n")
    done = solved.run("diff", "97.1", "--spoil")
    assert done.returncode == 0 and "+        self.owed += data\n" in done.stdout
    assert "hello" not in done.stdout and "--- lessons/asyncore.py" in done.stdout
    assert sentence("en", "cli", "diff-same") in solved.run("diff", "97.2", "--spoil").stdout
    solved.write("lessons/asyncore.py", "def loop(:\n")
    assert "+def loop():" in solved.run("diff", "97.1", "--spoil").stdout


def test_a_save_of_the_engine_keeps_the_exercise_that_is_current(solved):
    workspace = Workspace(solved.root)
    workspace.mark("96.1", True)
    workspace.progress.welcomed = True
    workspace.save()
    child = solved.spawn()  # the first open one is 96.2
    child.expect("96\\.2")
    child.expect_exact(sentence("en", "watch", "key-d"))
    solved.replace("import select\n", "import select\nimport time\n")
    child.expect_exact(sentence("en", "watch", "saved", {"file": "lessons/asyncore.py"})[:20])
    child.expect("96\\.2")
    child.send("n")
    child.expect("97\\.1")
    child.send("q")
    child.expect(pexpect.EOF)


def git(folder, *words: str) -> None:
    identity = ("-c", "user.name=Author", "-c", "user.email=author@example.org")
    subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True)


def test_an_update_keeps_what_is_written_and_says_what_to_check_again(mini, tmp_path_factory):
    mini.write(".gitignore", ".looplab/\n__pycache__/\n")
    git(mini.root, "init", "-q")
    git(mini.root, "add", "-A")
    git(mini.root, "commit", "-qm", "The course")
    learner = MiniHouse.__new__(MiniHouse)
    learner.root = tmp_path_factory.mktemp("learner") / "course"
    git(mini.root, "clone", "-q", str(mini.root), str(learner.root))
    learner.solve()
    learner.replace("if one.socket in reading:", "if one.socket in reading:  # mine")
    workspace = Workspace(learner.root)
    for exercise_id in ("96.1", "98.1"):
        workspace.mark(exercise_id, True)
    workspace.save()
    # A program changes, a hole gets a longer task and its default another form, one more comes.
    mini.replace("A program on the engine.", "A program.", "tests/programs/mini_log.py")
    mini.replace("Leave the loop.", "Leave it.", "solutions/asyncore.py")
    mini.replace("Owe these bytes", "Owe them", "solutions/asyncore.py")
    toml = "lessons/97_owed/lesson.toml"
    mini.replace('= "dispatcher.close(self)"', '= "return dispatcher.close(self)"', toml)
    mini.replace('["dispatcher_with_send.send"]', '["dispatcher_with_send.send", "call"]', toml)
    mini.python("from looplab.cli import authoring; authoring.skeleton(Screen('en'))")
    git(mini.root, "commit", "-qam", "A newer course")
    done = learner.run("update", "--from", str(mini.root), COLUMNS="300")
    assert done.returncode == 1, done.stdout + done.stderr  # both have changed `call`
    assert "`call`" in done.stdout and "./looplab reset lessons/asyncore.py" in done.stdout
    written = (mini.root / "solutions/asyncore.py").read_text("utf-8")
    mine = written.replace("Leave it.", "Leave the loop.").replace("Owe them", "Owe these bytes")
    assert engine_of(learner).replace("  # mine", "") == mine
    again = sentence("en", "cli", "update-again", {"names": "96.1, 98.1"})
    assert again.splitlines()[0] in done.stdout
    assert learner.run("reset", "lessons/asyncore.py", "--yes").returncode == 0
    assert engine_of(learner) == engine_of(mini)


# -- checkpoint


@LANGS
def test_checkpoint_fills_the_earlier_lessons_and_keeps_mine(mini, lang):
    mine = engine_of(mini).replace(
        '        raise NotImplementedError("TODO 97.1 dispatcher_with_send.send")\n',
        "        self.owed = self.owed + data  # 我的\n",
    )
    mini.write("lessons/asyncore.py", mine)
    done = mini.run("checkpoint", "97", lang=lang, COLUMNS="300")
    assert done.returncode == 0, done.stderr
    names = {"file": "lessons/asyncore.py", "lesson": "97", "n": 3}
    assert sentence(lang, "cli", "checkpoint-done", names) in done.stdout
    text = engine_of(mini)
    assert "TODO 96" not in text and "# 我的" in text and "# TODO 97.2" in text
    assert {r["outcome"] for r in mini.records("97.1")} == {"passed"}
    (version,) = Workspace(mini.root).versions("asyncore.py")[-1:]
    assert (version.why, version.path.read_text("utf-8")) == ("checkpoint", mine)
    assert str(version.path.relative_to(mini.root)) in done.stdout
    listed = mini.run("reset", "97.1", "--list", lang=lang).stdout
    assert sentence(lang, "cli", "version-checkpoint") in listed
    same = mini.run("checkpoint", "97", lang=lang, COLUMNS="300")
    assert same.returncode == 0 and engine_of(mini) == text
    assert sentence(lang, "cli", "checkpoint-same", names) in same.stdout
    command = re.search(r"\./looplab (reset asyncore\.py --to \d+)", done.stdout)[1]
    assert mini.run(*command.split(), "--yes").returncode == 0 and engine_of(mini) == mine


@LANGS
def test_checkpoint_refuses_what_it_cannot_do(mini, lang):
    before = engine_of(mini)
    none = mini.run("checkpoint", "96", lang=lang, COLUMNS="300")
    names = {"file": "lessons/asyncore.py", "lesson": "96"}
    assert none.returncode == USAGE
    assert sentence(lang, "cli", "checkpoint-none", names) in none.stderr
    assert mini.run("checkpoint", "nothing", lang=lang).returncode == USAGE
    assert engine_of(mini) == before
    mini.write("lessons/asyncore.py", "def loop(:\n")
    broken = mini.run("checkpoint", "97", lang=lang, COLUMNS="300")
    assert broken.returncode == USAGE and "./looplab reset asyncore.py\n" in broken.stderr
    assert engine_of(mini) == "def loop(:\n" and "Traceback" not in broken.stderr


def test_checkpoint_makes_the_file_that_is_not_there(mini):
    mini.engine.unlink()
    assert mini.run("checkpoint", "98.1").returncode == 0
    text = (mini.root / "solutions/asyncore.py").read_text("utf-8")
    assert engine_of(mini) == text
    mini.engine.write_bytes(b"\xef\xbb\xbf" + mini.engine.read_bytes().replace(b"\n", b"\r\n"))
    assert mini.run("reset", "97.1", "--yes").returncode == 0
    data = mini.engine.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf") and data.count(b"\r\n") == data.count(b"\n")
    assert mini.run("checkpoint", "98").returncode == 0
    assert mini.engine.read_bytes().decode("utf-8-sig").replace("\r\n", "\n") == text


def test_checkpoint_of_a_folder_that_is_read_only_changes_nothing(mini):
    before = engine_of(mini)
    (mini.root / ".looplab").write_text("in the way")
    done = mini.run("checkpoint", "97")
    assert done.returncode == USAGE and sentence("en", "cli", "unwritable-next") in done.stderr
    assert engine_of(mini) == before


# -- run and replay


def listening(child) -> str:
    child.expect(r"listening on 127\.0\.0\.1:(\d+)")
    return child.match[1]


def ended(child) -> int:
    child.sendintr()
    child.expect(pexpect.EOF)
    child.close()
    return child.exitstatus


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["96.1"], "PYTHONPATH=lessons python3 tests/programs/mini_log.py --port {}"),
        (["mini_owed"], "PYTHONPATH=lessons python3 tests/programs/mini_owed.py --port {}"),
        (
            ["97.1", "--engine", "reference"],
            "PYTHONPATH=solutions python3 tests/programs/mini_owed.py --port {}",
        ),
        (["98.1"], "PYTHONPATH=lessons python3 lessons/98_client/client.py --port {}"),
    ],
)
def test_run_prints_the_line_that_it_runs_and_that_works_by_hand(solved, words, shown):
    child = solved.spawn("run", *words)
    child.expect(r"running: ([^\r\n]*)\r\n")
    line = re.sub(r"^(PYTHONPATH=\S+) \S*/(python[\d.]*|\.venv\S*)", r"\1 python3", child.match[1])
    assert line == shown.format(listening(child))
    assert ended(child) == 0 and not running(solved.root)
    by_hand = pexpect.spawn(
        *("/bin/sh", ["-c", f"exec env {child_line(line)}"]),
        cwd=str(solved.root),
        encoding="utf-8",
        timeout=60,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL) and None,
    )
    listening(by_hand)
    assert ended(by_hand) == 0


def child_line(line: str) -> str:
    return re.sub(r"--port \d+", "--port 0", line).replace("python3", sys.executable)


@LANGS
def test_run_says_which_engine_there_is_not(solved, lang):
    fast = solved.run("run", "mini_log", "--engine", "fast", lang=lang)
    names = {"engine": "fast", "file": "solutions/fast/asyncore.py"}
    assert fast.returncode == USAGE
    assert sentence(lang, "cli", "run-engine-none", names) in fast.stderr.replace("\n", " ")
    solved.engine.unlink()
    mine = solved.run("run", "96.1", lang=lang)
    assert mine.returncode == USAGE and "./looplab reset asyncore.py" in mine.stderr


def test_the_standard_engine_where_there_is_one(solved):
    solved.write("tests/programs/where.py", "import asyncore\nprint(asyncore.__file__)\n")
    done = solved.run("run", "where", "--engine", "stdlib")
    if sys.version_info < (3, 12):
        assert done.returncode == 0 and str(solved.root) not in done.stdout.splitlines()[-1]
    elif done.returncode:
        assert "3." in done.stderr and "--engine reference" in done.stderr
    mine = solved.run("run", "where")
    assert mine.stdout.splitlines()[-1] == str(solved.engine)


def test_replay_starts_the_program_that_drives_the_engine(solved):
    solved.replace("        self.owed += data\n", "        self.owed += data[1:]\n")
    assert solved.run("check", "97.1").returncode == 1
    done = solved.run("replay", "97.1")
    assert done.returncode == 0, done.stderr
    assert "asyncore.py:" in done.stdout and sentence("en", "cli", "replay-over") in done.stdout


# -- the corpus


WRONG = '''\
# fails 97.1 echo wrong-bytes
"""Bytes are taken twice."""

TIMES = 2


def twice(data):
    return data * TIMES


class dispatcher_with_send:
    def send(self, data):
        self.owed += twice(data)
'''
RIGHT = '''\
# passes 96.1
"""Another way to call."""


def call(channels, reading, writing):
    for one in channels:
        for ready, handler in ((reading, "handle_read"), (writing, "handle_write")):
            if one.socket.fileno() >= 0 and one.socket in ready:
                getattr(one, handler)()
'''
JUDGE = """
from looplab import corpus
for case, future in corpus.run_all(course.load(), corpus.cases(course.load()), 1):
    print(case.name, corpus.problem(case, future.result()))
"""


def test_every_case_of_the_corpus_comes_to_what_it_should(mini):
    mini.write("tests/wrong/97_owed/twice.py", WRONG)
    mini.write("tests/right/96_loop/another.py", RIGHT)
    said = mini.python(JUDGE).splitlines()
    assert not [line for line in said if not line.endswith(" None")]
    names = [line.split()[0] for line in said]
    assert [name for name in names if "staged" in name] == [
        f"{one}-staged-asyncore" for one in ("96.1", "96.2", "97.1")
    ]
    assert {"97.1-wrong-twice", "96.1-right-another", "98.1-start-client"} <= set(names)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("# fails 97.1 echo silent\n", "replaces nothing"),
        ('# fails 97.1 echo silent\n"""Only words."""\n', "replaces nothing"),
        ("# fails 97.1 echo silent\ndef nobody_calls_it():\n    pass\n", "replaces nothing"),
        ("# fails 97.1 echo silent\nloop()\n", "no function, class or constant"),
        ("# fails 97.1 echo silent\ndef loop(:\n", "invalid syntax"),
    ],
)
def test_an_engine_that_replaces_nothing_is_refused(mini, text, problem):
    mini.write("tests/wrong/97_owed/it.py", text)
    said = mini.python(
        "from looplab import corpus\ntry:\n    corpus.cases(course.load())\n"
        "except corpus.CorpusError as error:\n    print(error)"
    )
    assert problem in said and "it.py" in said


def test_a_verdict_holds_until_the_engine_or_its_programs_change(mini):
    marks = (
        "from looplab import corpus\nC = course.load()\n"
        "print(*(corpus.fingerprint(C, e, b'') for e in C.exercises))"
    )
    first = mini.python(marks).split()
    assert mini.python(marks).split() == first
    mini.write("tests/programs/mini_log.py", "import asyncore\n")
    second = mini.python(marks).split()
    assert not set(first) & set(second)
    mini.write("solutions/asyncore.py", "import select\n")
    assert not set(second) & set(mini.python(marks).split())


def test_mutants_of_an_exercise_lie_in_its_holes(mini):
    said = mini.run("dev", "mutants", "97.1", "--ids").stdout.splitlines()
    assert said and {line.split()[1] for line in said} == {"dispatcher_with_send.send"}
    done = mini.run("dev", "mutants", "97.1", "--jobs", "2")
    assert "97.1" in done.stdout and done.returncode != OURS, done.stdout + done.stderr


def test_the_rules_of_the_house(mini):
    rules = """
    from looplab import soundness
    for rule in (soundness.skeletons_are_generated, soundness.no_stray_files,
                 soundness.programs_are_used, soundness.holes_belong_to_one,
                 soundness.code_fits_the_page):
        for problem in rule(course.load()):
            print(problem)
    """
    assert mini.python(rules) == ""
    mini.write("tests/programs/nobody.py", "")
    mini.write("lessons/stray.py", "")
    mini.write("solutions/fast/asyncore.py", "def long():\n" + "    pass\n" * 21)
    (mini.root / "tests/programs/mini_log.py").unlink()
    toml = mini.root / "lessons/97_owed/lesson.toml"
    mini.write(
        "lessons/97_owed/lesson.toml",
        toml.read_text("utf-8").replace(
            '["dispatcher_with_send.send"]', '["dispatcher_with_send.send", "loop"]'
        ),
    )
    said = mini.python(rules)
    for words in (
        "lessons/asyncore.py is not what",
        "lessons/stray.py belongs to no lesson",
        "tests/programs/mini_log.py is missing",
        "tests/programs/nobody.py: no exercise",
        "loop is a hole of both 96.1 and 97.1",
        "solutions/fast/asyncore.py:1: long has",
    ):
        assert words in said, said


def test_records_stay_one_object_a_line(solved):
    solved.replace(*BROKEN)
    done = solved.run("check", "97.1", "--json")
    assert [json.loads(line)["engine"] for line in done.stdout.splitlines()] == ["reference"]
