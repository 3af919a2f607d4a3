"""Every program of the corpus comes to what its first line says, and is told so in the recorded
words."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from looplab import corpus, course, messages
from looplab.cli.report import plain
from looplab.course import LANGUAGES

COURSE = course.load()
CASES = corpus.cases(COURSE)


@pytest.fixture(scope="module")
def judged():
    """All cases, as many at a time as there are cores; each test waits for its own."""
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        yield {case: pool.submit(corpus.run, COURSE, case, corpus.SEED) for case in CASES}
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case, judged):
    records = judged[case].result()
    assert corpus.problem(case, records) is None
    failure = corpus.failure(records)
    if case.kind != "wrong" or failure is None:
        return
    assert messages.catalogue()["fault"][failure["fault"]]
    for lang in LANGUAGES:
        text = plain(corpus.masked(failure), case.exercise, lang, timeline=False)
        assert text == case.path.with_suffix(f".{lang}.txt").read_text("utf-8")


def test_start_files_fail_at_once_and_not_by_waiting(judged):
    for case in CASES:
        if case.kind == "start" and case.fails and case.fails[1] == "not-implemented":
            failure = corpus.failure(judged[case].result())
            assert failure["where"]["source"].startswith("raise NotImplementedError")
            assert failure["seconds"] < 3
