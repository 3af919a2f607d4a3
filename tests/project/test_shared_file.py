"""One file that several exercises repair: 08.1 to 08.3 in http_client.py."""

import shutil

from looplab import course
from looplab.course import ENGINE

FILE = "08_http_client/http_client.py"
NAMES = ["08.1", "08.2", "08.3"]


def whole_engine(house):
    shutil.copy(course.ROOT / "solutions" / ENGINE, house.root / "lessons" / ENGINE)


def test_each_has_its_own_first_failure(house):
    whole_engine(house)
    records = house.records(f"lessons/{FILE}")
    first = {}
    for record in records:
        if record["outcome"] == "failed":
            first.setdefault(record["exercise"], (record["check"], record["fault"]))
    expected = {e.id: e.start_fails for e in map(course.load().exercise, NAMES)}
    expected["08.1"] = ("request", "wrong-request")
    assert first == expected


def test_each_has_its_hints_and_the_same_versions_and_difference(house):
    for name in NAMES:
        hint = house.run("hint", name).stdout
        assert f"hint 1 of 3 for {name}" in hint
        spoilt = house.run("diff", name, "--spoil").stdout
        assert "+class Answer:" in spoilt and f"lessons/{FILE}" in spoilt
    assert house.run("diff", "08.2").returncode == 1  # not passed yet
    listed = house.run("list").stdout
    assert all(name in listed for name in NAMES)


def test_reset_of_one_is_reset_of_the_file_and_opens_all(house):
    path = house.lesson(FILE)
    start = path.read_text("utf-8")
    house.solve("08.1")
    whole_engine(house)
    for what in ("08.2", f"lessons/{FILE}"):
        path.write_text("# mine\n", "utf-8")
        done = house.run("reset", what, "--yes")
        assert (done.returncode, done.stderr) == (0, "")
        assert path.read_text("utf-8") == start
        assert f"lessons/{FILE} is the start file again" in " ".join(done.stdout.split())
    back = house.run("reset", "08.3", "--to", "1", "--yes")
    assert back.returncode == 0 and path.read_text("utf-8") == "# mine\n"


def test_a_pass_of_one_is_lost_with_the_file(house):
    house.solve("08.3")
    whole_engine(house)
    assert house.run("check", "08.3").returncode == 0
    assert house.run("diff", "08.3").returncode == 0  # passed: the reference is shown
    house.run("reset", "08.1", "--yes")
    assert house.run("diff", "08.3").returncode == 1  # open again
