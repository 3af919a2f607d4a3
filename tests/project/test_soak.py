"""`dev soak`: its counts go on from run to run, and an odd verdict is kept."""

import json

import pexpect
from conftest import running

from looplab.messages import sentence


def soak(house, *words):
    return house.run("dev", "soak", "02.1", "--load", "0", "--kind", "reference", *words)


def counts(house):
    return json.loads((house.root / ".looplab/soak/counts.json").read_text("utf-8"))


def kept(house):
    return list((house.root / ".looplab/soak").glob("02.1-*.json"))


def test_counts_go_on_in_the_next_run_and_start_anew_with_another_program(house):
    first = soak(house, "--times", "2", "--jobs", "2")
    assert first.returncode == 0, first.stdout + first.stderr
    assert counts(house)["02.1-reference-logger"]["runs"] == 2
    second = soak(house, "--minutes", "0.01")
    assert second.returncode == 0 and "going on from 2 runs" in second.stdout
    count = counts(house)["02.1-reference-logger"]
    assert count["runs"] >= 3 and count["odd"] == 0
    assert count["checks"]["two_clients"] == {"passed": count["runs"]}
    assert f"two_clients      {count['runs']:6} passed" in second.stdout
    reference = house.root / "solutions/02_select/logger.py"
    reference.write_text(reference.read_text("utf-8").replace("4096", "1024"))
    third = soak(house, "--times", "1")
    assert sentence("en", "cli", "soak-anew", {"n": 1}) in third.stdout
    assert counts(house)["02.1-reference-logger"]["runs"] == 1
    assert not kept(house)


def test_an_odd_verdict_is_kept_whole(house):
    wrong = house.root / "tests/wrong/02_select/polling.py"
    reference = house.root / "solutions/02_select/logger.py"
    reference.write_bytes(wrong.read_bytes())
    done = soak(house, "--times", "1")
    assert done.returncode == 1 and "came to idle busy-loop" in done.stdout
    (path,) = kept(house)
    assert path.name in done.stdout
    odd = json.loads(path.read_text("utf-8"))
    assert odd["seed"] == odd["records"][-1]["seed"]
    assert odd["records"][-1]["fault"] == "busy-loop" and odd["records"][-1]["timeline"]
    assert counts(house)["02.1-reference-logger"]["odd"] == 1


def test_it_goes_on_until_every_check_has_given_so_many_verdicts(house):
    words = "dev", "soak", "02.1", "--load", "0", "--kind", "reference", "--kind", "start"
    done = house.run(*words, "--verdicts", "3", "--jobs", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "has given 3 verdicts or more" in done.stdout
    counted = counts(house)
    assert counted["02.1-reference-logger"]["runs"] == 3
    assert counted["02.1-start-logger"]["runs"] == 2  # its checks had enough by then
    again = house.run(*words, "--verdicts", "3")
    assert again.returncode == 0 and counts(house) == counted


def test_ctrl_c_ends_it_in_order(house):
    child = house.spawn("dev", "soak", "02.1", "--minutes", "9", "--load", "1", "--jobs", "2")
    path = house.root / ".looplab/soak/counts.json"
    while not path.exists():  # some are counted, some are under way
        assert child.expect([pexpect.TIMEOUT, pexpect.EOF], timeout=0.1) == 0, child.before
    child.sendintr()
    child.expect_exact(sentence("en", "cli", "soak-stopping", {"n": 2})[:8])
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130 and "Traceback" not in child.before
    runs = sum(one["runs"] for one in counts(house).values())
    assert f"{runs} runs so far" in child.before
    assert not running(house.root)
