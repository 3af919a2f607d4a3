"""Every program of the corpus comes to what its first line says, and is told so in the recorded
words."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from looplab import corpus, course, messages
from looplab.cli.authoring import messages as messages_of

COURSE = course.load()
CASES = corpus.cases(COURSE)


@pytest.fixture(scope="module")
def judged(request):
    """The cases that are asked for, some at a time; each test waits for its own."""
    tests = [item.callspec.params for item in request.session.items if hasattr(item, "callspec")]
    asked = [test["case"] for test in tests if isinstance(test.get("case"), corpus.Case)]
    with ThreadPoolExecutor(corpus.JOBS) as pool:
        yield {case: pool.submit(corpus.run, COURSE, case, corpus.SEED) for case in asked}
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case, judged):
    records = judged[case].result()
    assert corpus.problem(case, records) is None
    failure = corpus.failure(records)
    if case.kind != "wrong" or failure is None:
        return
    assert messages.catalogue()["fault"][failure["fault"]]
    for path, text in messages_of(case, records).items():
        recorded = path.read_text("utf-8")
        assert corpus.alike(text, recorded), f"{path.name} is not what is shown now:\n{text}"


def test_start_files_fail_at_once_and_not_by_waiting(judged):
    for case in judged:
        if case.kind == "start" and case.fails and case.fails[1] == "not-implemented":
            failure = corpus.failure(judged[case].result())
            assert failure["where"]["source"].startswith("raise NotImplementedError")
            assert failure["seconds"] < 3
