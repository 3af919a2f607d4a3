"""Solution -> skeleton: only the body goes, whatever the solution looks like."""

import ast
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from looplab.skeleton import HoleError, skeleton, without

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
