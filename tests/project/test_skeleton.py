"""Solution -> skeleton: only the body goes, whatever the solution looks like."""

import ast
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from looplab.skeleton import HoleError, differing, function_source, lay_in, skeleton, without

SOURCE = '''\
import select


class Loop:
    limit = 3

    def run(self, n: int) -> None:  # the heart
        """Run n rounds.

        Not one more.
        """
        for _ in range(n):
            self.once()

    @staticmethod
    def once():
        return 1


def last(): return 2
'''


def test_a_hole_keeps_signature_and_docstring_and_everything_else():
    made = skeleton(SOURCE, "06.1", ["Loop.run", "Loop.once"])
    expected = SOURCE.replace(
        "        for _ in range(n):\n            self.once()\n",
        '        raise NotImplementedError("TODO 06.1 Loop.run")\n',
    ).replace("        return 1\n", '        raise NotImplementedError("TODO 06.1 Loop.once")\n')
    assert made == expected


@pytest.mark.parametrize("name", ["nothing", "Loop.nothing", "Nobody.run", "last"])
def test_a_hole_that_cannot_be_made_is_refused(name):
    with pytest.raises(HoleError):
        skeleton(SOURCE, "06.1", [name])


STATEMENTS = st.sampled_from(
    ["x = 1", "if x:\n    x = 2", "while False:\n    pass", "def inner():\n    return 3", "# why"]
)


@given(
    st.lists(STATEMENTS, min_size=1, max_size=5), st.lists(STATEMENTS, max_size=3), st.booleans()
)
def test_any_body_becomes_one_line_and_what_surrounds_it_stays(body, after, documented):
    doc = '"""What is promised."""\n' if documented else ""
    block = textwrap.indent(doc + "\n".join([*body, "return x"]), "    ")
    tail = "\n".join([*after, "y = 0"])
    source = f"x = 0\n\n\ndef hole(x):\n{block}\n\n\n{tail}\n"
    made = skeleton(source, "00.1", ["hole"])
    before, now = ast.parse(source), ast.parse(made)
    assert ast.get_docstring(now.body[1]) == ast.get_docstring(before.body[1])
    assert [ast.dump(node) for node in now.body[2:]] == [ast.dump(node) for node in before.body[2:]]
    namespace: dict = {}
    exec(compile(made, "made", "exec"), namespace)
    with pytest.raises(NotImplementedError, match="TODO 00.1 hole"):
        namespace["hole"](1)


BLOCKS = """\
def serve(sock):
    try:
        data = sock.recv(9)
    except OSError:
        data = b""  # a reset
    if data:
        print(
            data,
        )
        sock.close()
    else:
        del names[sock]
"""


@pytest.mark.parametrize(
    ("line", "old", "new"),
    [
        ("sock.close()", "        sock.close()\n", ""),
        ("data = b''", '        data = b""  # a reset\n', "        pass\n"),
        ("del names[sock]", "del names[sock]", "pass"),
        ("print(data)", "        print(\n            data,\n        )\n", ""),
    ],
)
def test_one_statement_is_taken_out_and_no_block_is_left_empty(line, old, new):
    assert without(BLOCKS, line) == BLOCKS.replace(old, new)
    ast.parse(without(BLOCKS, line))


@pytest.mark.parametrize("line", ["sock.open()", "else:", "", "sock.close(); print(data)"])
def test_a_statement_that_is_not_there_is_not_taken_out(line):
    with pytest.raises(HoleError):
        without(BLOCKS, line)


def test_a_statement_that_is_there_twice_names_none():
    with pytest.raises(HoleError, match="2 times"):
        without(BLOCKS + "    sock.close()\n", "sock.close()")


# -- defaults

ENGINE = '''\
class dispatcher:
    def close(self):
        """Away with it."""
        self.socket.close()
        self.del_channel()

    def still(self, fd):
        # Another round.
        while fd:
            fd = None


class dispatcher_with_send(dispatcher):
    def close(self):
        self.drain()
'''


def test_a_default_stands_in_its_hole_with_its_note():
    made = skeleton(
        ENGINE,
        "07.2",
        ["dispatcher.still", "dispatcher_with_send.close"],
        {
            "dispatcher.still": "if fd:\n    return map\nreturn None",
            "dispatcher_with_send.close": "dispatcher.close(self)",
        },
    )
    assert made == ENGINE.replace(
        "        while fd:\n            fd = None\n",
        "        # TODO 07.2 dispatcher.still\n"
        "        if fd:\n            return map\n        return None\n",
    ).replace(
        "        self.drain()\n",
        "        dispatcher.close(self)  # TODO 07.2 dispatcher_with_send.close\n",
    ).replace("        # Another round.\n", "        # Another round.\n")
    ast.parse(made)


def test_a_note_that_is_too_wide_stands_above():
    wide = "return " + " or ".join(["self.socket"] * 4)
    made = skeleton(ENGINE, "06.4", ["dispatcher.still"], {"dispatcher.still": wide})
    assert f"        # TODO 06.4 dispatcher.still\n        {wide}\n" in made
    assert max(map(len, made.splitlines())) <= 80


def test_a_line_that_is_too_wide_is_broken():
    long = ENGINE.replace("def still(", "def still_" + "x" * 34 + "(")
    made = skeleton(long, "07.1", ["dispatcher.still_" + "x" * 34])
    assert max(map(len, made.splitlines())) <= 80
    assert "        raise NotImplementedError(\n" in made and ast.parse(made)


# -- functions that go from one file into another

MINE = """\
import socket

LIMIT = 1


class dispatcher:
    @property
    def close(self):
        return "mine"

    def still(self, fd):
        raise NotImplementedError("TODO 06.4 dispatcher.still")


def mine():
    return "\f"
"""


def test_a_function_goes_over_whole_and_nothing_else_changes():
    made = lay_in(MINE, ENGINE, ["dispatcher.close"])
    assert made == MINE.replace(
        '    @property\n    def close(self):\n        return "mine"\n',
        function_source(ENGINE, "dispatcher.close"),
    )
    assert differing(made, ENGINE, ["dispatcher.close", "dispatcher.still"]) == ["dispatcher.still"]


@pytest.mark.parametrize("end", ["\n", "", "\r\n"])
def test_a_function_that_is_gone_comes_back_beside_its_neighbour(end):
    gone = lay_in(MINE, ENGINE, ["dispatcher.close"]).replace(
        "    def still(self, fd):\n        raise NotImplementedError("
        '"TODO 06.4 dispatcher.still")\n\n\n',
        "",
    )
    assert "still" not in gone
    gone = gone.rstrip("\n") + end if end != "\r\n" else gone.replace("\n", end)
    made = lay_in(gone, ENGINE, ["dispatcher.still", "dispatcher.close"])
    assert not differing(made, ENGINE, ["dispatcher.still", "dispatcher.close"])
    assert made.index("def close") < made.index("def still") < made.index("def mine")
    ast.parse(made)


def test_a_module_function_that_is_gone_comes_back_too():
    made = lay_in("x = 1", "def loop():\n    return 2\n\n\ny = 3\n", ["loop"])
    assert made == "x = 1\n\n\ndef loop():\n    return 2\n"


def test_of_two_functions_of_one_name_the_one_that_counts_is_replaced():
    twice = MINE + "\n\ndef mine():\n    return 2\n"
    made = lay_in(twice, "def mine():\n    return 3\n", ["mine"])
    assert made == twice.replace("return 2", "return 3")


def test_a_function_whose_class_is_gone_has_no_place():
    with pytest.raises(HoleError, match="no class dispatcher_with_send"):
        lay_in(MINE, ENGINE, ["dispatcher_with_send.close"])


@given(st.sampled_from(["dispatcher.close", "dispatcher.still", "dispatcher_with_send.close"]))
def test_what_is_laid_into_a_start_file_makes_the_solution_again(name):
    assert lay_in(skeleton(ENGINE, "06.1", [name]), ENGINE, [name]) == ENGINE


def test_a_statement_is_sought_in_the_named_functions_alone():
    twice = ENGINE + "\n    def other(self):\n        self.drain()\n"
    with pytest.raises(HoleError, match="2 times"):
        without(twice, "self.drain()")
    made = without(twice, "self.drain()", ["dispatcher_with_send.other"])
    assert made == ENGINE + "\n    def other(self):\n        pass\n"
