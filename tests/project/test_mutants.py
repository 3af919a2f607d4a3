"""`dev mutants`: the mutants that are made, their ids, and what becomes of those that survive."""

import ast
import json

import pytest

from looplab import course, mutants

CHANGES = {
    "a == b": ["a != b"],
    "a < b": ["a <= b", "a >= b"],
    "a is not b": ["a is b"],
    "a in b": ["a not in b"],
    "a and b": ["a or b", "a", "b"],
    "not a": ["a"],
    "a + b": ["a - b"],
    "a | b": ["a & b", "a", "b"],
    "2": ["3", "1", "0"],
    "0.5": ["1.5", "-0.5", "0"],
    "True": ["False"],
    "'text'": ["''"],
    "b''": ["b'mutant'"],
    "min": ["max"],
    "s.SHUT_WR": ["s.SHUT_RD", "s.SHUT_RDWR"],
    "[a, *b]": ["[*b]", "[a]"],
    "[a for a in b if c]": ["[a for a in b]"],
    "f(a, b)": ["f(b)", "f(a)", "f(b, a)"],
    "f(a, k=b)": ["f(k=b)", "f(a)"],
    "a if b else c": ["a if not b else c"],
}
STATEMENTS = {
    "f()": ["pass"],
    "a = b": ["pass"],
    "a += b": ["a -= b", "pass"],
    "del a[b]": ["pass"],
    "if a:\n    pass": ["if not a:\n    pass"],
    "while a:\n    break": ["while not a:\n    break", "while a:\n    continue"],
    "for a in b:\n    continue": ["for a in b:\n    break", "for a in b:\n    pass"],
    "return": ["pass"],
    "return a": ["return None", "return True", "pass"],
    "return None": ["return 0", "pass"],
    "try:\n    a\nexcept E:\n    pass": ["a", "try:\n    pass\nexcept E:\n    pass"],
    "try:\n    pass\nexcept E:\n    pass\nfinally:\n    pass": [
        "try:\n    pass\nfinally:\n    pass",
        "try:\n    pass\nexcept E:\n    pass",
    ],
}


def changed(source):
    return [one.source.rstrip("\n") for one in mutants.mutants(source, "02.1")]


@pytest.mark.parametrize("expression", CHANGES)
def test_every_change_of_an_expression(expression):
    made = [text.removeprefix("x = ") for text in changed(f"x = {expression}")]
    assert made == ["pass", *CHANGES[expression]]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_every_change_of_a_statement(statement):
    assert changed(statement) == STATEMENTS[statement]


def test_some_things_are_left_alone():
    source = '''"""Doc."""
import a

def f(x: int = 1) -> int:
    """Doc."""
    add(help="text")

if __name__ == "__main__":
    f()
'''
    assert [one.id.partition(" ")[2] for one in mutants.mutants(source, "02.1")] == [
        "f constant: 1 -> 2",
        "f constant: 1 -> 0",
        "f remove: add(help='text')",
        "f argument: add(help='text') -> add()",
    ]


SOURCE = "def f():\n    g(1)\n    g(1)\n\nclass C:\n    def m(self):\n        return self\n"


def test_an_id_names_the_change_and_not_its_line():
    ids = [one.id for one in mutants.mutants(SOURCE, "02.1")]
    assert "02.1 f remove: g(1)" in ids and "02.1 f remove: g(1) #2" in ids
    assert "02.1 C.m return: return self -> return None" in ids
    moved = mutants.mutants("import a\n\n# more\nX = []\n\n\n" + SOURCE, "02.1")
    assert [one.id for one in moved if " module " not in one.id] == ids
    assert min(one.line for one in moved if " f " in one.id) == 8


def test_a_mutant_tells_the_line_that_it_changes():
    one = mutants.mutants("def f():\n    try:\n        g()\n    finally:\n        h(2)\n", "02.1")
    two = next(mutant for mutant in one if "2 -> 3" in mutant.id)
    assert (two.line, two.before, two.after) == (5, "h(2)", "h(3)")


COURSE = course.load()


@pytest.mark.parametrize("exercise", COURSE.exercises, ids=lambda exercise: exercise.id)
def test_mutants_of_the_references_are_programs_with_one_change(exercise):
    source = (course.ROOT / "solutions" / exercise.path).read_text("utf-8")
    whole = ast.unparse(ast.parse(source)) + "\n"
    made = mutants.of_exercise(COURSE, exercise)
    assert len(made) > 5 and len({one.id for one in made}) == len(made)
    for one in made[:: 1 + len(made) // 40]:  # the engine is long: 40 of each say enough
        compile(one.source, one.id, "exec")
        assert one.source != whole
        assert ast.unparse(ast.parse(one.source)) + "\n" == one.source


def test_a_program_that_several_repair_is_judged_by_all_of_them():
    of = {e.id: [j.id for j in mutants.judges(COURSE, e)] for e in COURSE.exercises}
    assert of["08.1"] == of["08.3"] == ["08.1", "08.2", "08.3"] and of["08.4"] == ["08.4"]
    assert of["06.1"] == ["06.1"]  # the engine, a part of a file
    made = mutants.of_exercise(COURSE, COURSE.exercise("08.3"))
    assert made == mutants.of_exercise(COURSE, COURSE.exercise("08.1"))


# -- the command

KILLED = "02.1 serve remove: sock.close()"


def some(house, *words):
    return house.run("dev", "mutants", "02.1", *words)


def test_a_mutant_is_judged_by_the_checks(house):
    done = some(house, "--only", KILLED)
    assert done.returncode == 0 and "1 mutants, 1 killed" in done.stdout
    listed = some(house, "--ids").stdout.splitlines()
    assert KILLED in listed and not any("03." in one for one in listed)
    unknown = some(house, "--only", "02.1 serve remove: sock.clos()")
    assert unknown.returncode == 2 and KILLED in unknown.stderr


def test_survivors_and_declarations_that_do_not_hold_are_told(house):
    declared = house.root / "tests/equivalent.toml"
    buffer = "02.1 serve constant: 4096 -> 4097"
    assert some(house, "--only", buffer).returncode == 0  # declared, and not noticed
    declared.write_text("")
    done = some(house, "--only", buffer)
    assert done.returncode == 1 and f"no check notices {buffer}" in done.stdout
    assert "solutions/02_select/logger.py:27" in done.stdout
    assert "- data = sock.recv(4096)\n  + data = sock.recv(4097)" in done.stdout
    declared.write_text('["02.1"]\n"serve *" = "whatever it does"\n')
    assert some(house, "--only", buffer).returncode == 0
    declared.write_text('[all]\n"main nothing" = "gone"\n')
    done = some(house, "--only", KILLED)
    assert done.returncode == 1 and "names no mutant: all main nothing" in done.stdout
    declared.write_text(f'["02.1"]\n"{KILLED.partition(" ")[2]}" = "said so"\n')
    done = some(house, "--only", KILLED)
    assert f"declared equivalent, but noticed (goodbye not-closed): {KILLED}" in done.stdout
    assert done.returncode == 0 and "1 mutants, 1 killed" in done.stdout


def test_what_was_judged_is_not_judged_again(house):
    """A run goes on where the one before was stopped."""
    (house.root / "solutions/02_select/logger.py").write_text("raise SystemExit(1)\n")
    (house.root / "tests/equivalent.toml").write_text("")
    first = some(house)
    assert first.returncode == 0 and "4 mutants, 4 killed" in first.stdout
    path = house.root / ".looplab/mutants.json"
    path.write_text(json.dumps(dict.fromkeys(json.loads(path.read_text()), "survived")))
    assert "4 mutants, 0 killed" in some(house).stdout


@pytest.mark.parametrize("text", ["[all", 'id = "reason"\n'])
def test_declarations_that_cannot_be_read_are_told(house, text):
    (house.root / "tests/equivalent.toml").write_text(text)
    done = some(house, "--only", KILLED)
    assert done.returncode == 3 and "tests/equivalent.toml" in done.stderr
    assert "Traceback" not in done.stderr
