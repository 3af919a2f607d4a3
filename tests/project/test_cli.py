"""The commands as a person types them, on a terminal, in both languages."""

import io
import json
import re
import subprocess
import sys
from xml.etree import ElementTree

import pexpect
import pytest
from conftest import running
from rich.cells import cell_len
from rich.console import Console

from looplab import course
from looplab.cli.report import Report
from looplab.messages import sentence

ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
LANGS = pytest.mark.parametrize("lang", ["en", "zh"])


def screen_of(child: pexpect.spawn) -> str:
    child.expect(pexpect.EOF)
    child.close()
    return ANSI.sub("", child.before).replace("\r\n", "\n")


@LANGS
def test_first_screen_says_where_i_am_and_what_to_type(house, lang):
    done = house.run(lang=lang)  # no terminal: no watch screen
    text = done.stdout
    assert done.returncode == 0
    assert sentence(lang, "cli", "first-time").splitlines()[0] in text
    assert "lessons/02_select/hello.py" in text and "./looplab check 02.0" in text
    assert "looplab answer" not in text  # the tool first, then the lesson
    assert sentence(lang, "cli", "first-time").splitlines()[0] not in house.run(lang=lang).stdout


@LANGS
def test_check_passes_and_is_remembered(house, lang):
    house.solve("02.1")
    child = house.spawn("check", "02.1", lang=lang)
    text = screen_of(child)
    assert child.exitstatus == 0
    assert course.load().exercise("02.1").after[lang].replace("`", "")[:12] in text.replace("`", "")
    assert house.run("check", "02.0").returncode == 0
    now = house.run(lang=lang).stdout
    assert "./looplab check 02.2" in now
    again = house.run("check", "02.1", lang=lang).stdout
    assert sentence(lang, "report", "why") not in again  # the explanation comes once


@LANGS
def test_a_failure_is_one_screen_of_80_columns(house, lang):
    wrong = house.root / "tests/wrong/02_select/recv_in_turn.py"
    house.lesson("02_select/logger.py").write_bytes(wrong.read_bytes())
    child = house.spawn("check", "02.1", lang=lang)
    text = screen_of(child)
    assert child.exitstatus == 1
    for key in ("happened", "expected", "where", "timeline", "idea", "next"):
        assert f"  {sentence(lang, 'report', key)}" in text
    assert "logger.py:21" in text and "./looplab hint 02.1" in text
    assert text.count(sentence(lang, "report", "happened")) == 1
    lines = text.splitlines()
    assert len(lines) <= 40 and max(map(cell_len, lines)) <= 80


@LANGS
def test_the_first_exercise_is_checked_broken_and_mended(house, lang):
    exercise, path = course.load().exercise("02.0"), house.lesson("02_select/hello.py")
    right = path.read_text("utf-8")
    passed = house.run("check", "02.0", lang=lang)
    assert passed.returncode == 0 and exercise.after[lang] in _flush_left(passed.stdout)
    assert "diff" not in passed.stdout  # there is nothing to compare
    assert "looplab answer 02.q1" in house.run(lang=lang).stdout
    path.write_text(right.replace("hello\\n", "good day\\n"), "utf-8")
    failed = house.run("check", "02.0", lang=lang)
    assert failed.returncode == 1 and "b'good day\\n'" in failed.stdout
    assert "./looplab check 02.0" in house.run(lang=lang).stdout  # open again
    path.write_text(right, "utf-8")
    assert house.run("check", "02.0", lang=lang).returncode == 0
    assert "./looplab check 02.1" in house.run(lang=lang).stdout


@LANGS
@pytest.mark.parametrize("exercise", course.load().exercises, ids=lambda e: e.id)
def test_after_passing_a_short_explanation_and_what_to_break(exercise, lang):
    console = Console(file=io.StringIO(), width=80, color_system=None)
    Report(console, lang).explanation(exercise)
    head, *lines = _flush_left(console.file.getvalue()).splitlines()
    assert head == sentence(lang, "report", "why") and max(map(cell_len, lines)) <= 78
    told = exercise.after[lang].splitlines()
    assert len(told) <= 5 and lines[: len(told) + 1] == [*told, ""]
    spoilt, (remove, does, fails, onward, *_) = exercise.broken_by, lines[len(told) + 1 :]
    assert f"`{spoilt.line}`" in remove and spoilt.does[lang] in does
    number = [check.id for check in exercise.checks].index(spoilt.check) + 1
    assert f"{number} {exercise.check(spoilt.check).title[lang]}" in fails
    assert "./looplab" in onward


def _flush_left(text: str) -> str:
    return "\n".join(line.strip() for line in text.splitlines())


def test_what_passed_and_passes_no_more_is_open_again(house):
    assert house.run("check", "02.0").returncode == 0
    house.solve("02.1")
    assert house.run("check", "02.1").returncode == 0
    house.lesson("02_select/logger.py").write_text("print('no')\n")
    assert house.run("check", "02.1").returncode == 1
    assert "./looplab check 02.1" in house.run().stdout


@pytest.mark.parametrize("what", ["2", "02", "select", "02_select"])
def test_what_names_a_lesson(house, what):
    done = house.run("check", what, "--target", "solutions", "--json")
    records = [json.loads(line) for line in done.stdout.splitlines()]
    exercises = course.load().lesson("02_select").exercises
    assert [r["check"] for r in records] == [c.id for e in exercises for c in e.checks]
    assert done.returncode == 0 and not done.stderr


def test_a_record_is_one_line_whatever_a_program_said(house):
    words = "no\x85port\u2028here"
    house.lesson("02_select/logger.py").write_text(f"print({ascii(words)})\n", "utf-8")
    done = house.run("check", "02.1", "--json")
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert any(ascii(words)[1:-1] in ascii(record) for record in records), records


def test_records_have_the_promised_fields(house):
    wrong = house.root / "tests/wrong/02_select/polling.py"
    house.lesson("02_select/logger.py").write_bytes(wrong.read_bytes())
    records = house.records("02.1", "--seed", "7")
    for record in records:
        assert {"exercise", "check", "outcome", "seconds", "seed", "engine"} <= set(record)
        assert record["seed"] == 7
    failed = next(r for r in records if r["outcome"] == "failed")
    assert {"fault", "expected", "seen", "where", "timeline", "output"} <= set(failed)
    assert failed["fault"] == "busy-loop"


def test_a_junit_report_names_each_outcome_and_its_seed(house):
    report, lessons = house.root / "report.xml", house.root / "lessons"
    words = ["tests", "--target", lessons, "--exercise", "02.1", "--seed", "7"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words, f"--junitxml={report}"],
        cwd=course.ROOT,
        env=house.environment(),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1 and "seed: 7" in done.stdout and "✗ 02.1" in done.stdout
    cases = {
        case.get("name"): {one.get("name"): one.get("value") for one in case.iter("property")}
        for case in ElementTree.parse(report).iter("testcase")
    }
    about = {"exercise": "02.1", "seed": "7"}
    assert cases["test_one_client"] == about | {
        "check": "one_client",
        "outcome": "failed",
        "fault": "not-implemented",
    }
    assert cases["test_quit"]["outcome"] == "not-run"
    assert cases["test_quit"]["reason"] == "needs:two_clients"


def test_a_seed_repeats_the_payloads(house):
    def sent(seed: str) -> list[str]:
        wrong = house.root / "tests/wrong/02_select/one_name.py"
        house.lesson("02_select/logger.py").write_bytes(wrong.read_bytes())
        records = house.records("02.1", "--seed", seed)
        return [e["data"] for r in records for e in r.get("timeline", []) if e["what"] == "sends"]

    assert sent("5") == sent("5") != sent("6")


@LANGS
def test_hints_come_one_by_one(house, lang):
    hints = course.load().exercise("02.1").hints
    for hint in (*hints, hints[-1]):
        done = house.run("hint", "2.1", lang=lang)
        assert done.returncode == 0
        assert hint[lang][:15] in done.stdout.replace("\n", " ")


@LANGS
def test_answer_is_asked_and_told_after_the_run(house, lang):
    question = course.load().lesson("02_select").questions[0]
    child = house.spawn("answer", question.id, lang=lang)
    child.expect_exact(question.choices[0][lang][:10])
    child.expect_exact(": ")
    child.sendline("9")
    child.expect_exact(sentence(lang, "cli", "answer-bad", {"n": len(question.choices)}))
    wrong = question.answer % len(question.choices) + 1
    child.sendline(str(wrong))
    last = course.load().lesson("02_select").questions[-1]
    assert f"looplab answer {last.id}" in screen_of(child)
    assert f"looplab run 02.{question.after}" in house.run("answer", last.id, "1", lang=lang).stdout
    done = house.run("run", f"02.{question.after}", lang=lang, COLUMNS="300")
    assert done.returncode == 0
    right = question.choices[question.answer - 1][lang]
    assert sentence(lang, "cli", "was-wrong", {"text": right}) in done.stdout
    assert question.why[lang].replace("`", "")[:20] in done.stdout.replace("`", "")
    late = house.run("answer", question.id, str(question.answer), lang=lang)
    assert sentence(lang, "cli", "answer-closed", {"n": wrong}) in late.stdout


def test_run_asks_for_the_prediction_first(house):
    done = house.run("run", "02.demo")
    assert done.returncode == 2 and "looplab answer 02.q1" in done.stderr


def test_run_opens_doors_for_a_program_that_is_no_server(house):
    house.solve("04.2")
    done = house.run("run", "04.2", COLUMNS="300")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    for kind, result in (("ok", "ok"), ("refused", "refused"), ("silent", "timeout")):
        told = sentence("en", "cli", f"door-{kind}", {"address": "127.0.0.1:"})
        start, end = told.split("127.0.0.1:")
        (address,) = [
            line.removeprefix(start).removesuffix(end)
            for line in lines
            if line.startswith(start) and line.endswith(end)
        ]
        assert f"{result} {address}" in lines


def test_run_starts_my_program_and_ends_with_ctrl_c(house):
    house.solve("02.1")
    child = house.spawn("run", "02.1")
    child.expect(r"listening on 127\.0\.0\.1:(\d+)")
    child.sendintr()
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert not running(house.lesson("02_select/logger.py"))


@LANGS
def test_reset_asks_and_keeps_a_backup(house, lang):
    path = house.lesson("02_select/logger.py")
    start = path.read_bytes()
    path.write_text("mine = '我的'\n", "utf-8")
    child = house.spawn("reset", "02.1", lang=lang)
    child.expect_exact("[y/N]")
    child.sendline("n")
    screen_of(child)
    assert path.read_text("utf-8") == "mine = '我的'\n"
    child = house.spawn("reset", "02.1", lang=lang)
    child.expect_exact("[y/N]")
    child.sendline("y")
    screen_of(child)
    assert path.read_bytes() == start
    kept = list((house.root / ".looplab/backup").rglob("logger.*.py"))
    assert [one.read_text("utf-8") for one in kept] == ["mine = '我的'\n"]
    assert (
        house.run("reset", "02.1", lang=lang).returncode == 0
    )  # nothing to do: no question, no second backup
    assert len(list((house.root / ".looplab/backup").rglob("*.py"))) == 1


def test_diff_comes_after_passing_or_with_spoil(house):
    refused = house.run("diff", "02.1")
    assert refused.returncode == 1 and "--spoil" in refused.stderr
    spoiled = house.run("diff", "02.1", "--spoil")
    assert spoiled.returncode == 0 and "+    names = {}" in spoiled.stdout
    house.solve("02.1")
    house.run("check", "02.1")
    same = house.run("diff", "02.1")
    assert same.returncode == 0 and "same" in same.stdout


def test_language_is_chosen_once_and_kept(house):
    assert "从现在起使用中文" in house.run("lang", "zh").stdout
    assert "日志服务器" in house.run("list").stdout
    assert "Logger" in house.run("--lang", "en", "list").stdout
    assert "Logger" in house.run("list", "--lang", "en").stdout
    assert "Logger" in house.run("list", "--lang=en").stdout
    assert "English" in house.run("lang", "en").stdout
    assert "Logger" in house.run("list", lang="zh").stdout


@LANGS
def test_help_of_every_command_is_in_one_language(house, lang):
    text = house.run("--help", lang=lang).stdout
    for name in (
        "list",
        "check",
        "hint",
        "answer",
        "run",
        "replay",
        "reset",
        "checkpoint",
        "diff",
        "update",
        "doctor",
        "docs",
        "lang",
        "dev",
        "test",
    ):
        assert re.search(rf"^  {name} ", text, re.M), name
        help_text = house.run(name, "--help", lang=lang).stdout
        assert sentence(lang, "cli", "usage") in help_text
        assert (re.search("[\u4e00-\u9fff]", help_text) is not None) == (lang == "zh")
    for name in ("check", "skeleton", "record", "mutants", "soak", "docs"):
        assert (
            sentence(lang, "cli", f"help-dev-{name}")
            in house.run("dev", name, "--help", lang=lang).stdout
        )


def test_no_color_and_plain_consoles(house):
    wrong = house.root / "tests/wrong/02_select/polling.py"
    house.lesson("02_select/logger.py").write_bytes(wrong.read_bytes())
    plain = house.run("check", "02.1", NO_COLOR="1", FORCE_COLOR="")
    assert "\x1b[3" not in plain.stdout and "✗" in plain.stdout
    ascii_only = house.run(
        "--lang", "zh", "check", "02.1", PYTHONIOENCODING="ascii", PYTHONUTF8="0"
    )
    assert (
        ascii_only.stdout.isascii()
        and "what happened" in ascii_only.stdout
        and "?" not in ascii_only.stdout
    )


def test_a_pipe_that_closes_early_is_no_error(house):
    command = f"{sys.executable} -P -m looplab.cli list | head -1"
    done = pexpect.run(
        f"sh -c '{command}'", encoding="utf-8", cwd=str(house.root), env=house.environment()
    )
    assert "02_select" in done and "Traceback" not in done and "BrokenPipe" not in done


def test_interrupting_a_check_leaves_nothing_behind(house):
    wrong = house.root / "tests/wrong/02_select/polling.py"
    house.lesson("02_select/logger.py").write_bytes(wrong.read_bytes())
    child = house.spawn("check", "02.1")
    child.expect("2_select")
    child.sendintr()
    child.expect(pexpect.EOF)
    child.close()
    assert not running(house.root)
