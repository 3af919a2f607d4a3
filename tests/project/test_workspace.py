"""What is kept of the learner's files: every version, once, found again by number."""

import pytest

from looplab.messages import sentence
from looplab.workspace import Workspace

PATH = "02_select/logger.py"
LANGS = pytest.mark.parametrize("lang", ["en", "zh"])


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    (tmp_path / "lessons/02_select").mkdir(parents=True)
    return Workspace(tmp_path)


def test_versions_are_kept_once_and_numbered_for_good(workspace):
    texts = [b"one\n", "二\n".encode(), b"\xff\x00"]
    kept = [workspace.keep(PATH, "reset", text) for text in texts]
    assert [workspace.keep(PATH, "update", text) for text in texts] == kept
    assert [(v.n, v.path) for v in workspace.versions(PATH)] == list(
        zip((3, 2, 1), kept[::-1], strict=True)
    )
    assert [v.path.read_bytes() for v in workspace.versions(PATH)] == texts[::-1]


def test_the_first_pass_of_a_text_is_kept_as_one(workspace):
    for why in ("reset", "passed", "passed", "reset"):
        workspace.keep(PATH, why, b"mine\n")
    assert [v.why for v in workspace.versions(PATH)] == ["passed", "reset"]


def test_versions_of_another_file_and_of_the_old_layout(workspace):
    workspace.keep("02_select/logger2.py", "reset", b"another\n")
    workspace.keep("asyncore.py", "reset", b"the engine\n")
    old = workspace.folder / "backup/02_select/logger.20250102-030405-678.py"
    old.write_bytes(b"old\n")
    workspace.keep(PATH, "reset", b"new\n")
    newest, oldest = workspace.versions(PATH)
    assert (oldest.path, oldest.when, oldest.why) == (old, "2025-01-02 03:04:05", "reset")
    assert newest.path.read_bytes() == b"new\n"
    assert len(workspace.versions("asyncore.py")) == 1


def test_put_keeps_what_stood_there(workspace):
    file = workspace.lessons / PATH
    assert workspace.put(PATH, "start\n", "reset") is None
    file.write_text("mine\n")
    assert workspace.put(PATH, "start\n", "update").read_text() == "mine\n"
    assert file.read_text() == "start\n"


@LANGS
def test_reset_to_an_earlier_version(house, lang):
    path = house.lesson(PATH)
    start = path.read_bytes()
    none = house.run("reset", "02.1", "--list", lang=lang)
    assert none.returncode == 0
    assert sentence(lang, "cli", "versions-none", {"file": f"lessons/{PATH}"}) in none.stdout
    path.write_text("mine = 1\n")
    house.run("reset", "02.1", "--yes")
    path.write_text("mine = 2\n")
    back = house.run("reset", "02.1", "--to", "1", "--yes", lang=lang)
    assert back.returncode == 0 and path.read_text() == "mine = 1\n"
    assert "./looplab check 02.1" in back.stdout
    listed = house.run("reset", "02.1", "--list", lang=lang).stdout
    assert sentence(lang, "cli", "version-reset") in listed
    assert "./looplab reset 02.1 --to 2" in listed.replace("\n", " ")
    assert house.run("reset", "02.1", "--to", "2", "--yes").returncode == 0
    assert path.read_text() == "mine = 2\n"
    same = house.run("reset", "02.1", "--to", "2", lang=lang)
    key = sentence(lang, "cli", "version-same", {"file": f"lessons/{PATH}", "n": 2})
    assert same.returncode == 0 and key in same.stdout
    assert house.run("reset", "02.1", "--yes").returncode == 0 and path.read_bytes() == start


@LANGS
def test_a_version_that_is_not_there(house, lang):
    done = house.run("reset", "02.1", "--to", "7", lang=lang)
    assert done.returncode == 2 and "./looplab reset 02.1 --list" in done.stderr
    assert sentence(lang, "cli", "version-none", {"n": 7, "file": f"lessons/{PATH}"}) in done.stderr


def test_what_passed_is_kept(house):
    house.solve("02.1")
    text = house.lesson(PATH).read_text("utf-8")
    assert house.run("check", "02.1").returncode == 0
    assert house.run("check", "02.1").returncode == 0
    versions = Workspace(house.root).versions(PATH)
    assert [(v.why, v.path.read_text("utf-8")) for v in versions] == [("passed", text)]
    listed = house.run("reset", "02.1", "--list").stdout
    assert sentence("en", "cli", "version-passed") in listed
    assert max(map(len, listed.splitlines())) <= 80
