"""lesson.toml as it is read: the engine's part of it, and what is said where it is wrong."""

import pytest

from looplab.course import Course, CourseError, UnknownTarget, load_lesson

PAIR = '{ en = "words", zh = "文字" }'
LESSON = f"title = {PAIR}\nidea = {PAIR}\nminutes = 1\n"
REST = f"""
points = 1
title = {PAIR}
task = {PAIR}
after = {PAIR}
break = {{ line = "pass", does = {PAIR}, check = "one", fault = "silent" }}
hint = [{PAIR}, {PAIR}, {PAIR}]
check = [{{ id = "one", title = {PAIR}, docs = "one" }}]
"""
ENGINE = 'kind = "holes"\nfile = "../asyncore.py"\nprogram = "logger"\n'


def exercise(own: str, exercise_id: str = "06.1", tables: str = "") -> str:
    return f'[[exercise]]\nid = "{exercise_id}"\n{own}{REST}{tables}'


@pytest.fixture
def course(tmp_path):
    """Lesson 05 is a program of its own; 06 and 07 share the engine; 08 imports it."""
    texts = {
        "05_first": exercise('kind = "holes"\nfile = "one.py"\nholes = ["f"]', "05.1"),
        "06_loop": exercise(ENGINE + 'holes = ["loop"]', "06.1")
        + exercise(
            ENGINE + 'holes = ["d.still"]',
            "06.2",
            '[exercise.default]\n"d.still" = "return map.get(fd)"\n'
            '[exercise.start_fails]\ncheck = "one"\nfault = "silent"\n',
        ),
        "07_owed": exercise(ENGINE + 'holes = ["d.send"]', "07.1"),
        "08_client": exercise(
            'kind = "holes"\nfile = "client.py"\nuses_engine = true\nholes = ["f"]', "08.1"
        ),
    }
    for key, text in texts.items():
        (tmp_path / "lessons" / key).mkdir(parents=True)
        (tmp_path / "lessons" / key / "lesson.toml").write_text(LESSON + text, "utf-8")
    return Course(tmp_path)


def ids(exercises):
    return [exercise.id for exercise in exercises]


def test_exercises_of_the_engine_share_one_file(course):
    own, loop, still, send, client = course.exercises
    assert [e.path for e in course.exercises] == [
        "05_first/one.py",
        *["asyncore.py"] * 3,
        "08_client/client.py",
    ]
    assert ids(course.sharing(still)) == ["06.1", "06.2", "07.1"]
    assert ids(course.later(loop)) == ["06.2", "07.1"] and not course.later(send)
    assert ids(course.sharing(own)) == ["05.1"]
    assert [ids(course.before(e.lesson)) for e in (loop, send, client)] == [
        [],
        ["06.1", "06.2"],
        ["06.1", "06.2", "07.1"],
    ]
    assert [e.on_engine for e in course.exercises] == [False, True, True, True, False]
    assert [e.runs_on_engine for e in course.exercises] == [False, True, True, True, True]
    assert (loop.program, still.default, still.start_fails) == (
        "logger",
        (("d.still", "return map.get(fd)"),),
        ("one", "silent"),
    )


def test_a_file_names_its_exercise_and_the_engine_all_of_its_own(course):
    for word in ("asyncore.py", "lessons/asyncore.py", "/home/me/course/lessons/asyncore.py"):
        assert ids(course.find(word)) == ["06.1", "06.2", "07.1"]
    assert ids(course.find("lessons/05_first/one.py")) == ["05.1"]
    for word in ("my_asyncore.py", "lessons/05_first/two.py", "one.py"):
        with pytest.raises(UnknownTarget):
            course.find(word)


HOLE = 'holes = ["f"]'
DEFAULT = '[exercise.default]\nf = "return 1"\n'
FAILS = '[exercise.start_fails]\ncheck = "one"\nfault = "silent"\n'
BAD = {
    "another folder": ('kind = "holes"\nfile = "../other.py"\n' + HOLE, "", "file: must lie in"),
    "nothing to drive it": ('kind = "holes"\nfile = "../asyncore.py"\n' + HOLE, "", "program: is"),
    "a path to a program": (
        'kind = "holes"\nfile = "../asyncore.py"\nprogram = "a/b"\n' + HOLE,
        "",
        "program: must be NAME",
    ),
    "a program for a program": (
        'kind = "holes"\nfile = "one.py"\nprogram = "logger"\n' + HOLE,
        "",
        "program: is for exercises",
    ),
    "a repaired engine": (
        'kind = "repair"\nfile = "../asyncore.py"\nprogram = "logger"\nstart = "x.py"',
        "",
        "kind: must be holes",
    ),
    "uses itself": (ENGINE + "uses_engine = true\n" + HOLE, "", "uses_engine: is for programs"),
    "a default for nothing": (
        ENGINE + HOLE,
        '[exercise.default]\n"d.close" = "pass"\n',
        "names no hole",
    ),
    "a default that is no text": (ENGINE + HOLE, "[exercise.default]\nf = 1\n" + FAILS, "must be"),
    "a default of no Python": (
        ENGINE + HOLE,
        '[exercise.default]\nf = "return return"\n' + FAILS,
        "is no Python",
    ),
    "a start that may do anything": (ENGINE + HOLE, DEFAULT, "start_fails: is missing"),
    "a start that fails on nothing": (
        ENGINE + HOLE,
        DEFAULT + FAILS.replace("one", "two"),
        "names no check: two",
    ),
    "a start with more": (ENGINE + HOLE, DEFAULT + FAILS + "more = 1\n", "is not a key"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_is_told_with_its_line(tmp_path, name):
    own, tables, problem = BAD[name]
    path = tmp_path / "06_loop" / "lesson.toml"
    path.parent.mkdir()
    path.write_text(LESSON + exercise(own, tables=tables), "utf-8")
    with pytest.raises(CourseError) as error:
        load_lesson(path)
    assert problem in error.value.problem
    assert 4 <= error.value.line <= len(path.read_text("utf-8").splitlines())


def test_exercises_that_repair_one_program_share_it_whole(tmp_path):
    path = tmp_path / "lessons" / "06_loop" / "lesson.toml"
    path.parent.mkdir(parents=True)
    own = 'kind = "repair"\nfile = "one.py"\nstart = "x.py"'
    path.write_text(LESSON + exercise(own) + exercise(own, "06.2", FAILS), "utf-8")
    course = Course(tmp_path)
    first, second = course.exercises
    assert course.sharing(first) == (first, second) and course.find("06_loop/one.py") == (
        first,
        second,
    )
    assert not course.is_part(first) and not course.is_part(second)


def test_exercises_that_repair_one_file_say_each_where_it_fails(tmp_path):
    repair = 'kind = "repair"\nfile = "one.py"\nstart = "x.py"'
    path = tmp_path / "lessons" / "06_loop" / "lesson.toml"
    path.parent.mkdir(parents=True)
    two = exercise(repair, "06.1") + exercise(repair, "06.2", FAILS)
    path.write_text(LESSON + two, "utf-8")
    course = Course(tmp_path)
    first, second = course.exercises
    assert (first.start_fails, second.start_fails) == (None, ("one", "silent"))
    assert ids(course.sharing(second)) == ["06.1", "06.2"] and not course.later(second)
    solved = exercise('kind = "solved"\nfile = "one.py"', tables=FAILS).replace(
        "points = 1", "points = 0"
    )
    path.write_text(LESSON + solved, "utf-8")
    with pytest.raises(CourseError, match="exercises that begin with something"):
        load_lesson.__wrapped__(path)


def test_a_default_whose_name_is_quoted_is_found(tmp_path):
    path = tmp_path / "06_loop" / "lesson.toml"
    path.parent.mkdir()
    tables = '[exercise.default]\n"d.close" = "pass"\n'
    path.write_text(LESSON + exercise(ENGINE + HOLE, tables=tables), "utf-8")
    with pytest.raises(CourseError) as error:
        load_lesson(path)
    assert path.read_text("utf-8").splitlines()[error.value.line - 1].startswith('"d.close"')
