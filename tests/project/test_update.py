"""A newer course comes into a learner's clone: what they wrote stays, whatever happens on the way.

Real repositories in temporary folders; git sees no configuration but its own.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import House
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from looplab import update
from looplab.git import Git, GitError
from looplab.messages import sentence
from looplab.workspace import Workspace

LANGS = pytest.mark.parametrize("lang", ["en", "zh"])
LOGGER = "lessons/02_select/logger.py"
IDLE = "lessons/02_select/idle_logger.py"
TESTS = "tests/test_02_select.py"
GIT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
}
TODO = '    raise NotImplementedError("TODO 02.1 serve")\n'
BODY = "    while True:\n        listener.accept()  # mine\n"


@pytest.fixture(autouse=True)
def bare_git(monkeypatch):
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    for name, value in GIT.items():
        monkeypatch.setenv(name, value)


def git(folder: Path, *words: str) -> str:
    identity = ("-c", "user.name=Author", "-c", "user.email=author@example.org")
    done = subprocess.run(
        ["git", *identity, *words], cwd=folder, capture_output=True, text=True, env=os.environ
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


class Clone(House):
    """A learner's clone of a course."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def environment(self, lang: str = "en", **more: str) -> dict[str, str]:
        wide = {"COLUMNS": "400", "PYTHONDONTWRITEBYTECODE": "1"}
        return super().environment(lang, **GIT, **wide) | more

    def read(self, path: str) -> str:
        return (self.root / path).read_text("utf-8")

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text, "utf-8")

    def edit(self, path: str, old: str, new: str) -> None:
        assert old in self.read(path)
        self.write(path, self.read(path).replace(old, new))

    def commit(self, *paths: str) -> None:
        git(self.root, "add", *(paths or ["-A"]))
        git(self.root, "commit", "-q", "-m", "a step")

    def state(self) -> dict[str, object]:
        """All that may not change when nothing is changed."""
        files = {
            path.relative_to(self.root).as_posix(): path.read_bytes()
            for path in self.root.rglob("*")
            if path.is_file() and not {".git", ".looplab", "__pycache__"} & set(path.parts)
        }
        status = git(self.root, "status", "--porcelain", "-uall")
        return {"files": files, "status": status, "head": git(self.root, "rev-parse", "HEAD")}

    def kept(self, path: str) -> list[str]:
        versions = Workspace(self.root).versions(path.removeprefix("lessons/"))
        return [version.path.read_text("utf-8") for version in versions]


@pytest.fixture(scope="session")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course as it was when the learner cloned it."""
    root = tmp_path_factory.mktemp("course")
    House(root)
    shutil.rmtree(root / "tests/right")  # not needed here, and it is copied for each test
    for path in (root / "tests/wrong").rglob("*.txt"):
        path.unlink()
    (root / ".gitignore").write_text(".looplab/\n__pycache__/\n")
    (root / "pyproject.toml").write_text('[project]\nrequires-python = ">=3.11"\n')
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "the course")
    git(root, "repack", "-a", "-d", "-q")
    return root


@pytest.fixture
def course(first: Path, tmp_path: Path) -> Clone:
    """Where the author goes on."""
    shutil.copytree(first, tmp_path / "course")
    return Clone(tmp_path / "course")


@pytest.fixture
def mine(course: Clone, tmp_path: Path) -> Clone:
    """The learner's clone, with one function written."""
    git(tmp_path, "clone", "-q", str(course.root), "mine")
    clone = Clone(tmp_path / "mine")
    clone.edit(LOGGER, TODO, BODY)
    return clone


def newer(course: Clone) -> None:
    """A newer course: a docstring of the exercise, a file gone, one new, the tool itself."""
    course.edit(LOGGER, "Ctrl-C ends it", "Ctrl-C ends the program")
    course.edit(LOGGER, "for ever, whoever", "for ever and a day, whoever")
    course.write("lessons/04_new/more.py", "print('more')\n")
    course.write("src/looplab/new.py", "NEW = 1\n")
    (course.root / "tests/wrong/02_select/polling.py").unlink()
    course.commit()


@LANGS
def test_a_newer_course_below_my_work(course, mine, lang):
    assert mine.run("lang", lang).returncode == 0
    newer(course)
    mine.write("notes.txt", "my notes\n")
    before = mine.read(LOGGER)
    dry = mine.run("update", "--dry-run", lang=lang)
    assert dry.returncode == 0 and "`serve`" in dry.stdout and mine.read(LOGGER) == before
    assert sentence(lang, "cli", "update-dry") in dry.stdout
    done = mine.run("update", lang=lang)
    assert done.returncode == 0, done.stdout + done.stderr
    assert sentence(lang, "cli", "update-done") in done.stdout and "`serve`" in done.stdout
    assert mine.read(LOGGER) == course.read(LOGGER).replace(TODO, BODY)
    assert mine.read("lessons/04_new/more.py") and mine.read("notes.txt") == "my notes\n"
    assert not (mine.root / "tests/wrong/02_select/polling.py").exists()
    assert mine.kept(LOGGER) == [before]
    assert git(mine.root, "rev-parse", "HEAD") == git(course.root, "rev-parse", "HEAD")
    assert git(mine.root, "status", "--porcelain") == f"M {LOGGER}\n?? notes.txt"
    again = mine.run("update", lang=lang)
    assert again.returncode == 0 and sentence(lang, "cli", "update-newest") in again.stdout


@LANGS
def test_what_both_changed_stays_mine_and_is_shown(course, mine, lang):
    mine.edit(LOGGER, "args = parser", "mine = parser")
    course.edit(LOGGER, "args = parser", "theirs = parser")
    course.commit()
    before = mine.read(LOGGER)
    done = mine.run("update", lang=lang)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "`main`" in done.stdout and "mine = parser" in done.stdout
    assert "theirs = parser" in done.stdout and ".looplab/update/02_select/logger.diff" in (
        done.stdout
    )
    assert mine.read(LOGGER) == before and mine.kept(LOGGER) == [before]
    assert mine.read(".looplab/update/02_select/logger.py") == course.read(LOGGER)
    assert "+    theirs = parser" in mine.read(".looplab/update/02_select/logger.diff")
    mine.run("reset", "02.1", "--yes")
    assert mine.run("reset", "02.1", "--to", "1", "--yes").returncode == 0
    assert mine.read(LOGGER) == before


def test_committed_work_is_merged_without_a_name_or_a_mail_address(course, mine):
    mine.commit()
    mine.edit(IDLE, "import time", "import time  # and not committed")
    newer(course)
    course.edit(IDLE, "import argparse", "import argparse  # newer")
    course.commit()
    before = git(mine.root, "rev-parse", "HEAD")
    done = mine.run("update")
    assert done.returncode == 0, done.stdout + done.stderr
    assert mine.read(LOGGER) == course.read(LOGGER).replace(TODO, BODY)
    assert "# newer" in mine.read(IDLE) and "and not committed" in mine.read(IDLE)
    assert git(mine.root, "status", "--porcelain") == f"M {IDLE}"
    heads = git(mine.root, "rev-list", "--parents", "-1", "HEAD").split()[1:]
    assert heads == [before, git(course.root, "rev-parse", "HEAD")]
    assert mine.run("update").stdout.endswith(sentence("en", "cli", "update-newest") + "\n")


def test_commits_of_mine_outside_of_the_lessons(course, mine):
    text = "".join(f"{n}\n" for n in range(30))
    course.write("README.md", text)
    course.commit()
    assert mine.run("update").returncode == 0
    mine.edit("README.md", "\n3\n", "\nthree\n")
    mine.commit()
    course.edit("README.md", "\n25\n", "\ntwenty-five\n")
    course.commit()
    assert mine.run("update").returncode == 0
    assert "three" in mine.read("README.md") and "twenty-five" in mine.read("README.md")
    mine.edit("README.md", "\n9\n", "\nmine\n")
    mine.commit()
    course.edit("README.md", "\n9\n", "\ntheirs\n")
    newer(course)
    state = mine.state()
    done = mine.run("update")
    assert done.returncode == 2 and "README.md" in done.stderr
    assert "git merge refs/looplab/newest" in done.stderr and mine.state() == state


def test_staged_texts_and_deleted_files(course, mine):
    staged = mine.read(LOGGER)
    git(mine.root, "add", LOGGER)
    mine.edit(LOGGER, "# mine", "# mine, later")
    (mine.root / IDLE).unlink()
    course.edit(IDLE, "import time", "import time  # newer")
    newer(course)
    assert mine.run("update").returncode == 0
    assert set(mine.kept(LOGGER)) == {staged, staged.replace("# mine", "# mine, later")}
    assert "# mine, later" in mine.read(LOGGER) and mine.read(IDLE) == course.read(IDLE)


def test_a_file_that_the_newer_course_does_not_have(course, mine):
    (course.root / LOGGER).unlink()
    (course.root / IDLE).unlink()
    course.commit()
    before = mine.read(LOGGER)
    done = mine.run("update")
    assert done.returncode == 0 and LOGGER in done.stdout
    assert mine.read(LOGGER) == before and not (mine.root / IDLE).exists()


def test_a_program_of_the_lesson_that_is_no_exercise_may_be_edited(course, mine):
    mine.edit("lessons/02_select/demo.py", "import ", "import errno\nimport ")
    newer(course)
    text = mine.read("lessons/02_select/demo.py")
    assert mine.run("update").returncode == 0
    assert mine.read("lessons/02_select/demo.py") == text


def test_a_clash_in_a_program_that_is_no_exercise(course, mine):
    demo = "lessons/02_select/demo.py"
    for clone, name in ((mine, "mine"), (course, "theirs")):
        clone.edit(demo, "import select\n", f"import select  # {name}\n")
    course.commit()
    done = mine.run("update")
    assert done.returncode == 1 and f"git checkout -- {demo}" in done.stdout
    assert "# mine" in mine.read(demo) and len(mine.kept(demo)) == 1
    git(mine.root, "checkout", "--", demo)
    assert mine.read(demo) == course.read(demo)


def test_what_changed_is_to_be_checked_again(course, mine):
    workspace = Workspace(mine.root)
    for exercise in ("02.1", "02.2", "03.1"):
        workspace.mark(exercise, True)
    workspace.save()
    newer(course)
    done = mine.run("update")
    assert "changed: 02.1\n" in done.stdout and "./looplab check --all" in done.stdout
    assert set(Workspace(mine.root).progress.passed) == {"02.2", "03.1"}
    course.write(TESTS, course.read(TESTS) + "\n# stricter\n")
    course.commit()
    assert "changed: 02.2\n" in mine.run("update").stdout
    assert set(Workspace(mine.root).progress.passed) == {"03.1"}


# -- refusals: clear words, and everything as it was


def changed_course_file(course, mine):
    newer(course)
    course.edit("tests/conftest.py", '"""', '"""Newer. ')
    course.commit()
    mine.edit("tests/conftest.py", '"""', '"""Mine. ')
    return "update-yours", "git stash push -- tests/conftest.py"


def file_in_the_way(course, mine):
    newer(course)
    mine.write("lessons/04_new/more.py", "mine\n")
    return "update-in-the-way", "lessons/04_new/more.py"


def folder_is_a_file(course, mine):
    newer(course)
    mine.write("lessons/04_new", "mine\n")
    return "update-in-the-way", "lessons/04_new"


def no_remote(course, mine):
    git(mine.root, "remote", "remove", "origin")
    return "update-no-source", "--from URL"


def offline(course, mine):
    git(mine.root, "remote", "set-url", "origin", "http://user:secret@127.0.0.1:1/course")
    return "update-fetch", "http://127.0.0.1:1/course"


def another_course(course, mine):
    shutil.rmtree(course.root / ".git")
    git(course.root, "init", "-q", "-b", "main")
    course.commit()
    return "update-unrelated", "lessons/"


def newer_python(course, mine):
    course.edit("pyproject.toml", ">=3.11", ">=3.99")
    course.commit()
    return "update-python", ">=3.99"


def no_clone(course, mine):
    shutil.rmtree(mine.root / ".git")
    return "update-no-clone", ".looplab"


def in_a_merge(course, mine):
    (mine.root / ".git/MERGE_HEAD").write_text(git(mine.root, "rev-parse", "HEAD"))
    return "update-busy", "git status"


REFUSALS = [
    changed_course_file,
    file_in_the_way,
    folder_is_a_file,
    no_remote,
    offline,
    another_course,
    newer_python,
    no_clone,
    in_a_merge,
]


@pytest.mark.parametrize("cause", REFUSALS)
def test_refused(course, mine, cause):
    lang = ("en", "zh")[REFUSALS.index(cause) % 2]
    key, shown = cause(course, mine)
    files = {path: path.read_bytes() for path in (mine.root / "lessons").rglob("*.py")}
    done = mine.run("update", lang=lang)
    assert done.returncode == 2, done.stdout + done.stderr
    start = sentence(lang, "cli", key).split("{")[0].strip()
    assert start in done.stderr and shown in done.stderr
    assert sentence(lang, "cli", f"{key}-next").split("{")[0] in done.stderr
    assert "Traceback" not in done.stderr and "secret" not in done.stdout + done.stderr
    assert all(path.read_bytes() == text for path, text in files.items())
    assert not (mine.root / "src/looplab/new.py").exists()


@LANGS
def test_without_git(mine, tmp_path, lang):
    done = mine.run("update", lang=lang, PATH=str(tmp_path / "empty"))
    assert done.returncode == 2 and sentence(lang, "cli", "update-no-git") in done.stderr


def test_another_source_and_a_fork(course, mine, tmp_path):
    newer(course)
    git(tmp_path, "clone", "-q", str(mine.root), "fork")
    fork = Clone(tmp_path / "fork")  # its origin, the learner's own, knows of no newer course
    assert sentence("en", "cli", "update-newest") in fork.run("update").stdout
    git(fork.root, "remote", "add", "upstream", str(course.root))
    assert fork.run("update").returncode == 0
    assert fork.read(LOGGER) == course.read(LOGGER)
    assert mine.run("update", "--from", str(course.root)).returncode == 0
    assert "a day" in mine.read(LOGGER)


def test_a_shallow_clone(course, tmp_path):
    git(tmp_path, "clone", "-q", "--depth", "1", course.root.as_uri(), "shallow")
    shallow = Clone(tmp_path / "shallow")
    shallow.edit(LOGGER, TODO, BODY)
    newer(course)
    done = shallow.run("update")
    assert done.returncode == 0, done.stderr
    assert shallow.read(LOGGER) == course.read(LOGGER).replace(TODO, BODY)


# -- cut short


class Killed(BaseException):
    pass


STEPS = ["_git_changes", "_learners_files_change", "_index_and_head_change"]


def make_plan(mine: Clone) -> tuple[Workspace, Git, update.Plan]:
    workspace, tool = Workspace(mine.root), Git(mine.root)
    newest = update.fetch(tool, update.find_source(tool, None))
    todo = update.plan(workspace, tool, newest)
    assert todo is not None
    return workspace, tool, todo


@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", STEPS[:2])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), Killed()])
def test_an_error_on_the_way_undoes_everything(course, mine, monkeypatch, step, error, late):
    newer(course)
    mine.write("notes.txt", "my notes\n")
    git(mine.root, "add", "notes.txt")
    state = mine.state()
    workspace, tool, todo = make_plan(mine)
    (mine.root / ".looplab/update").mkdir(parents=True)
    real = getattr(update, step)

    def fails(*args):
        if late:
            real(*args)
        raise error

    monkeypatch.setattr(update, step, fails)
    with pytest.raises(type(error)):
        update.apply(workspace, tool, todo)
    assert mine.state() == state and update.unfinished(workspace) is None
    monkeypatch.undo()
    for name, value in GIT.items():
        monkeypatch.setenv(name, value)
    assert mine.run("update").returncode == 0


def test_ctrl_c_waits_for_a_step_and_undoes_it(course, mine, monkeypatch):
    newer(course)
    state = mine.state()
    workspace, tool, todo = make_plan(mine)
    (mine.root / ".looplab/update").mkdir(parents=True)
    real = update._git_changes

    def pressed(*args):
        os.kill(os.getpid(), signal.SIGINT)
        real(*args)

    monkeypatch.setattr(update, "_git_changes", pressed)
    with pytest.raises(KeyboardInterrupt):
        update.apply(workspace, tool, todo)
    assert mine.state() == state


def test_a_file_that_is_saved_meanwhile_is_not_overwritten(course, mine):
    newer(course)
    workspace, tool, todo = make_plan(mine)
    (mine.root / ".looplab/update").mkdir(parents=True)
    mine.edit(LOGGER, "# mine", "# saved just now")
    state = mine.state()
    with pytest.raises(update.Refused, match="update-moved"):
        update.apply(workspace, tool, todo)
    assert mine.state() == state


KILL = """
import os, signal, sys
from pathlib import Path
from looplab import update
from looplab.git import Git
from looplab.workspace import Workspace

step = sys.argv[2]
real = getattr(update, step)

def killed(*args):
    if sys.argv[3] == "after":
        real(*args)
    os.kill(os.getpid(), signal.SIGKILL)

setattr(update, step, killed)
workspace, git = Workspace(Path(sys.argv[1])), Git(Path(sys.argv[1]))
todo = update.plan(workspace, git, update.fetch(git, update.find_source(git, None)))
with update.only_one(workspace):
    update.apply(workspace, git, todo)
"""


@pytest.mark.parametrize(("late", "lang"), [("before", "en"), ("after", "zh")])
@pytest.mark.parametrize("step", STEPS)
def test_killed_on_the_way(course, mine, step, late, lang):
    newer(course)
    before = mine.state()
    words = [sys.executable, "-c", KILL, str(mine.root), step, late]
    done = subprocess.run(words, capture_output=True, text=True, env=mine.environment())
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert update.unfinished(Workspace(mine.root)) is not None
    if step == STEPS[1] and late == "after":
        mine.edit(LOGGER, "# mine", "# edited after the kill")
        mine.edit("lessons/04_new/more.py", "more", "edited after the kill")
    told = mine.run("update", lang=lang)
    assert told.returncode == 0, told.stderr
    finished = step == STEPS[2] and late == "after"
    assert sentence(lang, "cli", "update-finished" if finished else "update-undone") in told.stderr
    copy = re.search(rf"{re.escape(LOGGER)}.*(\.looplab/backup/\S+)", told.stderr)
    if copy is None:  # in Chinese the sentence is the other way round as well
        copy = re.search(r"(\.looplab/backup/\S+)", told.stderr)
    assert (mine.root / copy[1]).read_bytes() == before["files"][LOGGER]
    assert "a day" in mine.read(LOGGER) and "while True" in mine.read(LOGGER)
    if step == STEPS[1] and late == "after":
        assert "edited after the kill" in mine.read(LOGGER)
        assert "edited after the kill" in mine.read(".looplab/update/found/lessons/04_new/more.py")
    assert git(mine.root, "status", "--porcelain") == f"M {LOGGER}"


def test_one_update_at_a_time(course, mine):
    newer(course)
    with update.only_one(Workspace(mine.root)):
        done = mine.run("update")
    assert done.returncode == 2 and sentence("en", "cli", "update-running") in done.stderr


def test_git_that_refuses_is_quoted(course, mine):
    newer(course)
    (mine.root / ".git/index.lock").write_text("")
    state = mine.state()["files"]
    done = mine.run("update")
    assert done.returncode == 2 and "index.lock" in done.stderr
    assert mine.state()["files"] == state
    with pytest.raises(GitError):
        Git(mine.root).run("no-such-word")


# -- the promise, at random

LINES = st.sampled_from(["x = 1", "# why", "if True:\n    x = 2", "", "print('你好')"])
EDITS = st.sampled_from(
    ["import argparse", "import socket", "for ever", "args = parser", "TODO 02.1", "def serve("]
)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(LINES, max_size=4), EDITS, EDITS, st.booleans())
def test_no_line_of_mine_is_ever_lost(first, tmp_path_factory, lines, theirs, ours, committed):
    folder = tmp_path_factory.mktemp("random")
    course, mine = Clone(folder / "course"), Clone(folder / "mine")
    course.write(LOGGER, (first / LOGGER).read_text("utf-8"))
    course.write("lessons/02_select/lesson.toml", "")
    git(course.root, "init", "-q", "-b", "main")
    course.commit()
    git(folder, "clone", "-q", "course", "mine")
    body = "".join(f"    {one}\n" for line in [*lines, "return"] for one in line.split("\n"))
    mine.edit(LOGGER, TODO, body)
    for clone, place in ((mine, theirs), (course, ours)):
        if place in clone.read(LOGGER):
            clone.edit(LOGGER, place, f"{place}_{clone.root.name}")
    if committed:
        mine.commit()
    course.write("more.txt", "more\n")
    course.commit()
    text = mine.read(LOGGER)
    workspace, tool, todo = make_plan(mine)
    (mine.root / ".looplab/update").mkdir(parents=True)
    update.apply(workspace, tool, todo)
    assert mine.kept(LOGGER)[0] == text
    assert body in mine.read(LOGGER)
    assert json.dumps(mine.state()["status"]).count("U") == 0
    shutil.rmtree(folder)
