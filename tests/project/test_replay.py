"""What the failing check did, once more: against a program of ours, and one that runs elsewhere."""

import json
import re
import shutil
import subprocess
import sys

import pexpect
import pytest
from conftest import running

from looplab.messages import sentence
from looplab.overlay import laid_over

LANGS = pytest.mark.parametrize("lang", ["en", "zh"])


def fails_with(house, exercise: str, path: str, name: str) -> None:
    """The learner's program is this wrong one, and was checked."""
    wrong = house.root / "tests/wrong" / path.partition("/")[0] / f"{name}.py"
    shutil.copy(wrong, house.lesson(path))
    assert house.run("check", exercise).returncode == 1


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text)


@LANGS
def test_it_does_what_the_check_did_and_tells_it(house, lang):
    fails_with(house, "02.1", "02_select/logger.py", "recv_in_turn")
    done = house.run("replay", "02.1", lang=lang)
    assert done.returncode == 0 and not done.stderr
    told = [
        sentence(lang, "event", "starts"),
        sentence(lang, "event", "connects", {"who": "A"}),
        sentence(lang, "event", "prints", {"data": "Got connection from A"}),
        sentence(lang, "event", "connects", {"who": "B"}),
        "logger.py:21",
        sentence(lang, "cli", "replay-over"),
    ]
    story = done.stdout.partition(sentence(lang, "cli", "replay-slow", {"n": 3})[:12])[2]
    places = [story.index(one) for one in told]
    assert places == sorted(places)
    assert sentence(lang, "cli", "replay-slow", {"n": 3})[:20] in done.stdout
    assert not running(house.root)


def test_a_whole_lesson_means_what_failed_in_it(house):
    assert house.run("check", "02.2").returncode == 1  # the article's own program
    done = house.run("replay", "select")
    assert done.returncode == 0
    assert "A resets" in done.stdout and "program ends (1)" in done.stdout
    assert "It died at rude_guests.py:" in done.stdout


def test_data_is_the_same_byte_for_byte(house):
    fails_with(house, "02.1", "02_select/logger.py", "one_name")
    kept = json.loads((house.root / ".looplab/failed/02.1.json").read_text("utf-8"))
    sent = [e["data"].strip() for e in kept["timeline"] if e["what"] == "sends"]
    done = house.run("replay", "02.1")
    assert sent and all(word in done.stdout for word in sent)


def test_a_program_with_a_clock_is_replayed_in_its_own_time(house):
    fails_with(house, "02.3", "02_select/idle_logger.py", "never_drops")
    done = house.run("replay", "02.3")
    assert done.returncode == 0
    assert sentence("en", "cli", "replay-in-time", {"n": 0}).partition(",")[0] in done.stdout


def test_a_client_that_did_not_read_does_not_read_again(house):
    fails_with(house, "04.1", "04_nonblocking/push.py", "one_send")
    done = house.run("replay", "04.1")
    assert done.returncode == 0
    slow = sentence("en", "cli", "replay-slow", {"n": 0})[:12]  # the program has no clock
    story = done.stdout.partition(slow)[2]
    told = ("connects", "reads-on", "receives", "eof")
    events = [sentence("en", "event", what, {"who": "A", "n": "\0"}) for what in told]
    places = [story.index(one.partition("\0")[0]) for one in events]
    assert places == sorted(places)


def test_doors_are_opened_anew(house):
    """The addresses of the check are gone; a replay has doors of the same kind."""
    fails_with(house, "04.2", "04_nonblocking/connect_many.py", "writable_is_ok")
    done = house.run("replay", "04.2", "--port", "1")
    assert done.returncode == 0 and not done.stderr
    assert done.stdout.count("program prints ok 127.0.0.1:") == 4
    assert "program ends (0)" in done.stdout


def test_a_held_program_meets_all_at_once(house):
    fails_with(house, "03.2", "03_poll/farewell.py", "greets_in_turn")
    done = house.run("replay", "03.2")
    assert done.returncode == 0
    told = [sentence("en", "event", what, {"who": "A"}) for what in ("pause", "shuts", "resume")]
    places = [done.stdout.index(one) for one in told]
    assert places == sorted(places)


def test_of_a_crowd_the_middle_is_counted(house):
    fails_with(house, "03.3", "03_poll/many.py", "soft_limit")
    done = house.run("replay", "03.3")
    assert done.returncode == 0
    assert re.search("… [0-9]+ more events", done.stdout)
    assert len(done.stdout.splitlines()) < 200


@LANGS
def test_a_program_that_runs_elsewhere(house, lang):
    fails_with(house, "02.1", "02_select/logger.py", "recv_in_turn")
    path = house.lesson("02_select/logger.py")
    with subprocess.Popen(
        [sys.executable, "-u", str(path), "--port", "0"], stdout=subprocess.PIPE, text=True
    ) as elsewhere:
        assert elsewhere.stdout is not None
        port = elsewhere.stdout.readline().rpartition(":")[2].strip()
        done = house.run("replay", "02.1", "--port", port, lang=lang)
        assert done.returncode == 0
        assert port in done.stdout
        assert sentence(lang, "event", "connects", {"who": "B"}) in done.stdout
        assert sentence(lang, "event", "starts") not in done.stdout
        assert elsewhere.poll() is None, "it is the learner's: it is left running"
        elsewhere.terminate()
        said = elsewhere.stdout.read()
    assert said.count("Got connection from") >= 1


@LANGS
def test_nobody_listens_there(house, lang):
    fails_with(house, "02.1", "02_select/logger.py", "recv_in_turn")
    done = house.run("replay", "02.1", "--port", "1", lang=lang)
    assert done.returncode == 2
    assert sentence(lang, "cli", "replay-refused", {"port": 1}).replace("`", "") in plain(
        done.stderr
    )
    assert "./looplab run 02.1 --port 1" in done.stderr


@LANGS
def test_nothing_to_replay(house, lang):
    done = house.run("replay", "02.1", lang=lang)
    assert done.returncode == 2 and "./looplab check 02.1" in done.stderr
    house.solve("02.1")
    house.run("check", "02.1")
    assert house.run("replay", "02.1", lang=lang).returncode == 2


@LANGS
def test_a_check_that_only_reads_the_file(house, lang):
    house.lesson("02_select/logger.py").write_text("import asyncio\n")
    assert house.run("check", "02.1").returncode == 1
    done = house.run("replay", "02.1", lang=lang)
    assert done.returncode == 0
    assert sentence(lang, "cli", "replay-reads-only") in done.stdout


@LANGS
def test_a_program_that_no_longer_starts(house, lang):
    fails_with(house, "02.1", "02_select/logger.py", "recv_in_turn")
    house.lesson("02_select/logger.py").write_text("def (\n")
    done = house.run("replay", "02.1", lang=lang)
    assert done.returncode == 2 and "./looplab check 02.1" in done.stderr


def test_a_broken_record_is_none(house):
    (house.root / ".looplab/failed").mkdir(parents=True)
    (house.root / ".looplab/failed/02.1.json").write_text("{")
    assert house.run("replay", "02.1").returncode == 2


def test_ctrl_c_leaves_nothing_behind(house):
    fails_with(house, "02.1", "02_select/logger.py", "recv_in_turn")
    child = house.spawn("replay", "02.1")
    child.expect_exact("A connects")
    child.sendintr()
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
    assert not running(house.root)


def test_programs_on_an_engine_one_after_the_other(house):
    """Over select, then over poll: the one that failed is named, and both are started again."""
    engine, wrong = house.lesson("asyncore.py"), "tests/wrong/06_dispatcher/milliseconds.py"
    reference = (house.root / "solutions" / "asyncore.py").read_text("utf-8")
    engine.write_text(laid_over(reference, (house.root / wrong).read_text("utf-8")), "utf-8")
    done = house.run("check", "06.1")
    assert done.returncode == 1
    assert "tests/programs/ticks.py --every 0.3 --poll" in plain(done.stdout)
    done = house.run("replay", "06.1")
    assert done.returncode == 0, done.stderr
    begun = [plain(line) for line in done.stdout.splitlines() if "ticks.py" in line]
    assert [line.partition("ticks.py ")[2] for line in begun[-2:]] == [
        *("--every 0.3 starts", "--every 0.3 --poll starts")
    ]
    assert not running(house.root)
