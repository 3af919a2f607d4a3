"""The rules of the house, the linter and the types."""

import subprocess
import sys

import pytest

from looplab import course, prose, soundness

COURSE = course.load()
FORMATTED = ("src", "tests/project", "tests/conftest.py", "hooks")


@pytest.mark.parametrize("rule", soundness.RULES, ids=lambda rule: rule.__name__)
def test_rule(rule):
    assert list(rule(COURSE)) == []


@pytest.mark.parametrize(
    "command",
    [["ruff", "check", "."], ["ruff", "format", "--check", *FORMATTED], ["mypy"]],
    ids=lambda command: " ".join(command[:2]),
)
def test_style(command):
    done = subprocess.run(
        [sys.executable, "-m", *command], capture_output=True, text=True, cwd=COURSE.root
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("调用select 之后", "a space between"),
        ("等待 3秒", "a space between"),
        ("先读,再关", "full-width"),
        ("很慢...", "……"),
        ("您好", "你"),
        ("返回 `b''` ，说明", "no space beside"),
    ],
)
def test_chinese_prose_rules_see(text, rule):
    found = [name for name, pattern in prose._ZH_RULES.items() if pattern.search(prose.plain(text))]
    assert any(name.startswith(rule) for name in found), found


@pytest.mark.parametrize(
    "text", ["调用 `select` 之后", "等 3 秒。", "返回 `b''`，说明对端已关闭", "占 20%（一个核）"]
)
def test_chinese_prose_rules_let_right_text_pass(text):
    assert not [
        name for name, pattern in prose._ZH_RULES.items() if pattern.search(prose.plain(text))
    ]
