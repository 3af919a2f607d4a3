"""The watch screen on real terminals: pexpect's, and tmux at the sizes that people have."""

import contextlib
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import termios
import time
import urllib.request
import uuid

import pexpect
import pytest
from conftest import running
from rich.cells import cell_len

from looplab import course
from looplab.cli import saves
from looplab.messages import sentence

LANGS = pytest.mark.parametrize("lang", ["en", "zh"])
LEAVE = "\x1b[?1049l"


def words(lang: str, key: str, **args: object) -> str:
    """A sentence of the watch screen, as far as it is shown in one colour."""
    return sentence(lang, "watch", key, args).partition("`")[0]


def all_passed(lang: str) -> str:
    return sentence(lang, "report", "why")


@pytest.fixture
def watching(house):
    """Starts the watch screen at 02.1 on pexpect's terminal; nothing of it is left afterwards."""
    children = []
    at_02_1(house)

    def start(lang: str = "en", **more: str) -> pexpect.spawn:
        child = house.spawn(lang=lang, **more)
        children.append(child)
        return child

    yield start
    for child in children:
        with contextlib.suppress(OSError):  # a test may have closed the terminal itself
            child.close(force=True)
    until(lambda: not running(house.root))


def at_02_1(house) -> None:
    """The learner has met the tool: 02.0 is passed."""
    (house.root / ".looplab").mkdir()
    (house.root / ".looplab/progress.json").write_text(
        '{"passed": {"02.0": "2026-01-01T00:00:00"}}'
    )


def until(true, seconds: float = 90.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def until_it_runs(house, child) -> None:
    """The program of 02.1 runs. What the screen writes is read meanwhile: it must not wait."""

    def runs() -> bool:
        with contextlib.suppress(pexpect.TIMEOUT):
            child.read_nonblocking(100_000, 0.01)
        return any("logger.py --port" in line for line in running(house.root))

    until(runs)


def save(house, name: str, *, atomic: bool = False) -> None:
    """What an editor does with 02.1: `name` is a program of tests/wrong, or "right"."""
    source = house.root / "tests/wrong/02_select" / f"{name}.py"
    if name == "right":
        source = house.root / "solutions/02_select/logger.py"
    path = house.lesson("02_select/logger.py")
    if atomic:
        beside = path.with_name(".logger.py.swp")
        beside.write_bytes(source.read_bytes())
        os.replace(beside, path)
    else:
        path.write_bytes(source.read_bytes())


@LANGS
def test_save_and_see(house, watching, lang):
    child = watching(lang)
    for line in sentence(lang, "watch", "welcome").splitlines():
        assert cell_len(line) <= 80
        child.expect_exact(line.partition("`")[0])
    child.expect_exact("TODO 02.1 serve")
    save(house, "recv_in_turn")
    child.expect_exact(sentence(lang, "report", "waits-for", {"who": "A"}))
    child.expect_exact("logger.py:21")
    save(house, "right", atomic=True)
    child.expect_exact(all_passed(lang))
    child.expect_exact(words(lang, "key-n"))
    child.send("n")
    child.expect_exact("lessons/02_select/rude_guests.py")
    child.send("q")
    child.expect_exact(LEAVE)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert words(lang, "welcome").splitlines()[0] not in house.run(lang=lang).stdout


def test_a_save_during_a_run_restarts_it(house, watching):
    child = watching()
    child.expect_exact("TODO 02.1")
    path = house.lesson("02_select/logger.py")
    path.write_text("import time\ntime.sleep(1000)\n")
    until_it_runs(house, child)
    first = [line for line in running(house.root) if "logger.py --port" in line]
    save(house, "right")
    child.expect_exact(all_passed("en"))
    progress = json.loads((house.root / ".looplab/progress.json").read_text("utf-8"))
    assert first and "02.1" in progress["passed"]
    assert not (house.root / ".looplab/failed/02.1.json").exists(), "the first run had a verdict"


def test_another_exercise_that_is_saved_becomes_the_current_one(house, watching):
    child = watching()
    child.expect_exact("TODO 02.1")
    path = house.lesson("03_poll/many.py")
    path.write_text(path.read_text("utf-8") + "\n", "utf-8")
    child.expect_exact("lessons/03_poll/many.py")
    child.expect_exact("TODO 03.3")


@LANGS
def test_the_keys(house, watching, lang):
    other = {"en": "zh", "zh": "en"}[lang]
    exercise = course.load().exercise("02.1")
    child = watching(lang)
    child.expect_exact("TODO 02.1")
    child.expect_exact(words(lang, "key-q"))
    for n in (1, 2, 3, 3):
        child.send("h")
        child.expect_exact(words(lang, "key-h", n=min(n + 1, 3), all=3))
        child.expect_exact(words(lang, "key-q"))
    child.send("n")
    child.expect_exact(words(lang, "not-yet"))
    child.send("d")
    child.expect_exact(words(lang, "not-yet"))
    child.send("l")
    child.expect_exact("03.3")
    child.send("\x1b[B")
    child.expect_exact(course.load().exercise("02.2").title[lang])
    child.send("\r")
    child.expect_exact("lessons/02_select/rude_guests.py")
    child.send("l\x1b[A\r")
    child.expect_exact("lessons/02_select/logger.py")
    child.send("g")
    child.expect_exact(exercise.title[other])
    child.send("r")
    child.expect_exact(words(other, "running", n=1, all=len(exercise.checks)))
    child.expect_exact("TODO 02.1")
    child.send("p")
    child.expect_exact(sentence(other, "event", "starts"))
    child.expect_exact(words(other, "enter"))
    child.send("\r")
    child.expect_exact(words(other, "waiting"))
    child.send("a")
    child.expect_exact(sentence(other, "cli", "answer-prompt", {"n": 3}).partition("(")[0])
    child.send("1\r")
    child.expect_exact(words(other, "enter"))
    child.send("\r")
    child.expect_exact("02.q2")
    assert '"02.q1": 1' in (house.root / ".looplab/progress.json").read_text("utf-8")


@LANGS
def test_reset_asks_keeps_mine_and_runs_once(house, watching, lang):
    path = house.lesson("02_select/logger.py")
    start = path.read_bytes()
    path.write_text("mine = '我的'\n", "utf-8")
    child = watching(lang)
    child.expect_exact("2/9")
    child.expect_exact(words(lang, "waiting"))
    child.send("x")
    child.expect_exact(words(lang, "key-no"))
    child.send("n")
    child.expect_exact(words(lang, "nothing-done"))
    assert path.read_text("utf-8") == "mine = '我的'\n"
    child.send("xy")
    child.expect_exact(".looplab/backup")
    until(lambda: path.read_bytes() == start)
    kept = list((house.root / ".looplab/backup").rglob("*.py"))
    assert [one.read_text("utf-8") for one in kept] == ["mine = '我的'\n"]
    child.expect_exact(words(lang, "waiting"))
    with pytest.raises(pexpect.TIMEOUT):  # our own write is no save
        child.expect_exact(words(lang, "running", n=1, all=9), timeout=1)


@LANGS
def test_the_page_of_the_failure_is_opened(house, watching, lang):
    pages = house.root / ".looplab/site"
    pages.mkdir()
    (pages / "index.html").write_text("<title>the pages</title>")
    browser, opened = house.root / "browser", house.root / "opened"
    browser.write_text(f'#!/bin/sh\necho "$1" > {opened}\n')
    browser.chmod(0o755)
    child = watching(lang, BROWSER=f"{browser} %s")
    child.expect_exact("TODO 02.1")
    child.expect(r"(http://127\.0\.0\.1:\d+/)")
    url = child.match[1]
    with urllib.request.urlopen(url) as answer:
        assert b"the pages" in answer.read()
    child.send("o")
    child.expect_exact(words(lang, "opened", page=url)[:6])  # what it writes must be read
    until(lambda: opened.exists() and opened.read_text().endswith("\n"))
    check = course.load().exercise("02.1").check("one_client")
    folder = "" if lang == "en" else "zh/"
    assert opened.read_text().strip() == f"{url}{folder}02_select/#{check.docs}"


def test_without_pages_the_course_goes_on(house, watching):
    child = watching()
    child.expect_exact("TODO 02.1")
    child.expect_exact(words("en", "waiting"))

    def told() -> bool:
        child.send("o")
        found = child.expect_exact([words("en", "pages-broken"), pexpect.TIMEOUT], timeout=0.5)
        return found == 0

    until(told, 200)  # they are tried to be built first, behind everything else


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 0)]
)
def test_the_terminal_is_given_back_whatever_ends_it(house, watching, number, status):
    child = watching()
    child.expect_exact("TODO 02.1")
    during = termios.tcgetattr(child.child_fd)
    if number == signal.SIGINT:
        child.send("\x03")
    else:
        child.kill(number)
    child.expect_exact(LEAVE)
    child.expect(pexpect.EOF)
    after = termios.tcgetattr(child.child_fd)
    child.close()
    assert child.exitstatus == status
    assert not during[3] & termios.ICANON and after[3] & termios.ICANON
    until(lambda: not running(house.root))


def test_our_own_mistake_gives_the_terminal_back_too(house, watching):
    tool = house.root / "src/looplab/cli/learning.py"
    tool.write_text(tool.read_text("utf-8").replace("def overview(", "def overview_gone("), "utf-8")
    child = watching()
    child.expect_exact("TODO 02.1")
    child.send("l")
    child.expect_exact(LEAVE)
    child.expect_exact("AttributeError")
    child.expect_exact(sentence("en", "cli", "internal"))
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 3


def test_a_terminal_that_vanishes_ends_it(house, watching):
    child = watching()
    path = house.lesson("02_select/logger.py")
    path.write_text("import time\ntime.sleep(1000)\n")
    until_it_runs(house, child)
    os.close(child.child_fd)  # the window is closed
    until(lambda: not running(house.root))


def test_a_folder_that_is_read_only_costs_the_memory_only(house, watching):
    shutil.rmtree(house.root / ".looplab")
    (house.root / ".looplab").write_text("in the way\n")
    child = watching()
    child.expect_exact("02.0")
    child.expect_exact(words("en", "unwritable", error="")[:20])
    child.send("q")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


def test_polling_by_watchfiles(house, watching):
    child = watching(WATCHFILES_FORCE_POLLING="1")
    child.expect_exact("TODO 02.1")
    save(house, "right")
    child.expect_exact(all_passed("en"))


def test_a_file_system_without_events_is_looked_at(tmp_path, monkeypatch):
    def silent(*folders, rust_timeout, **settings):
        while True:
            time.sleep(rust_timeout / 10_000)
            yield set()

    monkeypatch.setattr(saves, "watch", silent)
    told: list[set] = []
    path = tmp_path / "mine.py"
    path.write_text("one\n")
    saves.Saves(tmp_path, told.append)
    path.write_text("more\n")
    until(lambda: told == [{path}])


def test_what_editors_put_beside_a_file_is_no_save(tmp_path):
    heard: list[str] = []
    saves.Saves(tmp_path, lambda paths: heard.extend(path.name for path in paths))
    for name in (".#logger.py", "#logger.py#", "logger.py~", ".logger.py.swp", "4913"):
        (tmp_path / name).write_text("x\n")
    (tmp_path / "logger.py").write_text("x\n")
    until(lambda: bool(heard))
    assert heard == ["logger.py"]


def test_a_folder_that_comes_back_is_watched_again(tmp_path):
    heard: list[str] = []
    folder = tmp_path / "lessons"
    folder.mkdir()
    saves.Saves(folder, lambda paths: heard.extend(path.name for path in paths))
    folder.rename(tmp_path / "away")
    folder.mkdir()
    (folder / "logger.py").write_text("x\n")
    until(lambda: heard == ["logger.py"])


# -- tmux: what a person sees


class Tmux:
    """A real terminal of a given size, with a shell in it."""

    def __init__(self, house, columns: int, rows: int, lang: str) -> None:
        self.name = f"looplab-{uuid.uuid4().hex[:8]}"
        self.environment = house.environment(lang)
        assign = [f"{key}={shlex.quote(value)}" for key, value in self.environment.items()]
        assign = [one for one in assign if not one.startswith("TERM=")]
        self.command = shlex.join([sys.executable, "-P", "-m", "looplab.cli"])
        self("new-session", "-d", "-x", str(columns), "-y", str(rows), "-c", str(house.root), "sh")
        self.type(f"export {' '.join(assign)}; PS1='READY '; clear")
        self.shows("READY")
        self.type(self.command)

    def __call__(self, *words: str) -> str:
        """A command of tmux, on a server of its own."""
        command = ["tmux", "-L", self.name, "-f", os.devnull, *words]
        return subprocess.run(
            command, check=True, capture_output=True, encoding="utf-8", env=self.environment
        ).stdout

    def type(self, text: str) -> None:
        self("send-keys", "-l", text)
        self("send-keys", "Enter")

    def rows(self) -> list[str]:
        return self("capture-pane", "-p").split("\n")[:-1]

    def shows(self, text: str) -> list[str]:
        until(lambda: text in "\n".join(self.rows()))
        return self.rows()

    def close(self) -> None:
        subprocess.run(["tmux", "-L", self.name, "kill-server"], capture_output=True)


@pytest.fixture
def tmux(house):
    if shutil.which("tmux") is None:
        assert "CI" not in os.environ, "CI must have tmux"
        pytest.skip("tmux is not installed")
    terminals = []

    def start(columns: int, rows: int, lang: str, passed: str = "02.0") -> Tmux:
        if passed:
            at_02_1(house)
        terminals.append(Tmux(house, columns, rows, lang))
        return terminals[-1]

    yield start
    for terminal in terminals:
        terminal.close()
    until(lambda: not running(house.root))


@LANGS
@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40)])
def test_one_screen_at_common_sizes(house, tmux, lang, columns, rows):
    save(house, "recv_in_turn")
    terminal = tmux(columns, rows, lang)
    terminal.shows("logger.py:21")
    shown = terminal.shows(words(lang, "waiting"))
    assert len(shown) == rows and max(map(cell_len, shown)) <= columns
    assert shown[0].startswith("02.1 ") and shown[0].endswith("lessons/02_select/logger.py")
    assert shown[-1].startswith("h ") and shown[-1].endswith(words(lang, "key-q"))
    assert shown[-2].startswith("[#")
    save(house, "right")
    shown = terminal.shows(words(lang, "key-n"))
    until(lambda: all_passed(lang) in "\n".join(terminal.rows()))
    assert terminal.rows()[-1].startswith("n ")
    assert terminal.rows()[-1].endswith(words(lang, "key-q"))


def test_resize_and_job_control(house, tmux):
    terminal = tmux(80, 24, "en")
    terminal.shows("TODO 02.1")
    assert words("en", "key-q") in terminal.shows(words("en", "waiting"))[-1]
    terminal("resize-window", "-x", "120", "-y", "40")
    until(lambda: terminal.rows()[0].endswith(" " * 9 + "lessons/02_select/logger.py"))
    assert len(terminal.rows()) == 40
    terminal("resize-window", "-x", "40", "-y", "12")
    until(lambda: len(terminal.rows()) == 12 and "02.1" in terminal.rows()[0])
    assert max(map(cell_len, terminal.rows())) <= 40
    terminal("send-keys", "C-z")
    terminal.shows("READY")
    terminal("resize-window", "-x", "80", "-y", "24")
    terminal.type("fg")
    terminal.shows(words("en", "waiting"))
    terminal("send-keys", "C-c")
    terminal.type("echo END-$?-")
    terminal.shows("END-130-")


def test_the_first_run_meets_the_tool(house, tmux):
    terminal = tmux(80, 24, "en", "")
    shown = terminal.shows(words("en", "key-n"))
    assert shown[0].startswith("02.0 ")
    assert shown[1:5] == sentence("en", "watch", "welcome").replace("`", "").splitlines()
    terminal("send-keys", "Escape")
    shown = terminal.shows(sentence("en", "report", "break"))
    assert shown[-1].startswith("n ")
    terminal("send-keys", "n")
    terminal.shows("TODO 02.1")
