"""The contract of asyncore: every rule on the reference engine, on the fast one and on the real
module, which is the oracle, over every multiplexer and on every Python that is here."""

import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from engine_rules import RULES
from engine_rules.known import KNOWN, known
from engines import Run, oracle, records, runs
from machine import pythons

ALL = [run for python in (sys.executable, *pythons()) for run in runs(python)]


@pytest.fixture(scope="module")
def told() -> Any:
    """What each run told; two at a time, begun when the first one is asked for."""
    with ThreadPoolExecutor(2) as pool:
        begun = {run: pool.submit(lambda run=run: records(run.start())) for run in ALL}
        yield lambda run: begun[run].result()
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("run", ALL, ids=lambda run: run.id)
def test_every_rule(told, run: Run):
    """What must be seen is seen: on the real asyncore the old ways, on ours the better ones."""
    answers = {one["rule"]: one for one in told(run)}
    assert set(answers) == {rule.name for rule in RULES if rule.applies(run.engine, run.mux)}
    broken = {name for name, one in answers.items() if one["outcome"] != "passed"}
    allowed = {name for name in answers if known(run.engine, run.mux, name)}
    texts = {rule.name: rule.text["en"] for rule in RULES}
    lines = [
        f"{name}: {texts[name]}\n  expected {answers[name]['expected']}\n"
        f"  seen     {answers[name]['seen']}\n{answers[name]['where']}"
        for name in sorted(broken - allowed)
    ]
    assert not lines, "\n".join([run.id, *lines])
    assert not allowed - broken, f"kept again, no longer for known.py: {sorted(allowed - broken)}"


@pytest.mark.skipif(not oracle(sys.executable), reason="the real asyncore is nowhere here")
def test_there_is_an_oracle():
    assert {run.mux for run in ALL if run.engine == "asyncore"} == {"select", "poll"}


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if rule.tier != "compat"], ids=lambda rule: rule.name
)
def test_the_list_of_differences_is_honest(rule):
    """A rule of the list says in both languages what differs, and something does: what the real
    module must show is shown by it in test_every_rule."""
    assert rule.text["en"] and rule.text["zh"]
    differs = {
        mux: rule.expected("asyncore", mux) != rule.expected("reference", mux)
        for mux in ("select", "poll")
    }
    assert any(differs.values())


def test_rules_are_many_and_their_names_their_own():
    names = [rule.name for rule in RULES]
    assert len(names) == len(set(names))
    assert set(KNOWN) <= {rule.name for rule in RULES if rule.text.get("zh")}
    assert {rule.tier for rule in RULES} == {"compat", "better", "new"}
