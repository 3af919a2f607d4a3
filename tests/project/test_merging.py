"""A newer start file below a learner's work: nothing of theirs goes, nothing is guessed."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from looplab.merging import WHOLE, Merge, merge

BASE = '''\
"""02.1 A logger."""

import socket


class Loop:
    limit = 3

    def run(self, n):
        """Run n rounds."""
        raise NotImplementedError("TODO 02.1 Loop.run")


def serve(listener):
    """Log."""
    raise NotImplementedError("TODO 02.1 serve")


def main():
    serve(None)


main()
'''
TODO = '    raise NotImplementedError("TODO 02.1 serve")\n'
BODY = "    # mine\n    while True:\n        listener.accept()\n"
MINE = BASE.replace(TODO, BODY)


def merged(mine: str, new: str, base: str = BASE) -> Merge:
    return merge(base.encode(), mine.encode(), new.encode())


def text(mine: str, new: str) -> str:
    done = merged(mine, new)
    assert not done.clashes, done.clashes
    return done.text.decode()


def test_a_body_stays_and_everything_else_is_newer():
    new = (
        BASE.replace("def serve(listener):", "def serve(listener: object) -> None:")
        .replace('"""Log."""', '"""Log every byte.\n\n    For ever.\n    """')
        .replace("import socket", "import select\nimport socket")
        .replace("TODO 02.1", "TODO 02.2")
        .replace("serve(None)", "serve(socket)")
    )
    done = merged(MINE, new)
    assert done.text.decode() == new.replace(TODO.replace("02.1", "02.2"), BODY)
    assert done.kept == ("serve",) and done.taken == ("Loop.run", "serve", "main")


@pytest.mark.parametrize(
    ("mine", "new"),
    [
        (MINE.replace("import socket", "import errno\nimport socket\nimport time"), BASE + "\n#\n"),
        (MINE.replace("def main", "def helper():\n    return 1\n\n\ndef main"), BASE + "\n#\n"),
        (MINE.replace("limit = 3", "limit = 4"), BASE + "\n#\n"),
        (MINE.replace("serve(None)", "serve(1)"), BASE + "\n#\n"),
        (MINE.replace('    """Log."""\n', ""), BASE + "\n#\n"),
        (MINE.removesuffix("\n"), BASE.replace("limit = 3", "limit = 5")),
        (MINE.replace(BODY, "    # a plan\n" + TODO), BASE + "\n#\n"),
        (MINE.replace("        listener", "        # why\n        listener"), BASE + "\n#\n"),
    ],
)
def test_what_one_side_changed_is_that_sides(mine, new):
    done = text(mine, new)
    for line in set(mine.splitlines()) - set(BASE.splitlines()):
        assert line in done
    for line in set(new.splitlines()) - set(BASE.splitlines()):
        assert line in done


def test_a_comment_above_the_first_statement_is_body():
    base = BASE.replace('    """Log."""\n', "")
    mine, new = base.replace(TODO, BODY), base.replace("serve(listener)", "serve(listener, log)")
    done = merged(mine, new, base)
    assert done.text.decode() == new.replace(TODO, BODY)


@pytest.mark.parametrize(
    ("mine", "new", "part"),
    [
        (MINE.replace("serve(None)", "serve(1)"), BASE.replace("serve(None)", "serve(2)"), "main"),
        (MINE.replace("limit = 3", "limit = 4"), BASE.replace("limit = 3", "limit = 5"), WHOLE),
        (MINE, BASE.replace(TODO, "    return listener\n"), "serve"),
        (MINE, BASE.replace("serve", "listen"), WHOLE),
        (
            MINE.replace("serve(listener)", "serve(sock)"),
            BASE.replace("serve(listener)", "serve(server)"),
            "serve",
        ),
        (MINE + "def broken(:\n", BASE + "\n#\n", WHOLE),
        (MINE + "x = '\udcff'\n", BASE + "\n#\n", None),
    ],
)
def test_what_both_changed_is_left_alone_and_named(mine, new, part):
    data = mine.encode("utf-8", "surrogateescape")
    done = merge(BASE.encode(), data, new.encode())
    if part is not None:
        assert part in [clash.part for clash in done.clashes]
    assert done.clashes and done.text == data


def test_windows_line_ends_stay():
    new = BASE.replace("limit = 3", "limit = 4")
    done = merge(BASE.encode(), MINE.replace("\n", "\r\n").encode(), new.encode())
    assert done.text == new.replace(TODO, BODY).replace("\n", "\r\n").encode()
    same = merge(BASE.encode(), BASE.replace("\n", "\r\n").encode(), new.encode())
    assert same.text == new.encode()


LINES = st.sampled_from(
    ["x = 1", "while x:\n    x -= 1", "# why", "", "def inner():\n    return 3", "'''a\n  b'''"]
)
BODIES = st.lists(LINES, max_size=4).map(
    lambda lines: "".join(
        f"    {one}\n" if one else "\n" for line in [*lines, "return 7"] for one in line.split("\n")
    )
)
CHANGES = st.lists(
    st.sampled_from(
        [
            ("import socket", "import select\nimport socket"),
            ('"""Log."""', '"""Log it all."""'),
            ("def serve(listener)", "def serve(listener, more=None)"),
            ("limit = 3", "limit = 4"),
            ("serve(None)", "serve(print)"),
            ("\n\nmain()", "\n\ndef more():\n    return 2\n\n\nmain()"),
            ("TODO 02.1", "TODO 02.9"),
        ]
    ),
    unique=True,
)


@given(BODIES, CHANGES, CHANGES, st.booleans())
def test_no_line_of_a_learner_is_lost(body, theirs, ours, ended):
    mine, new = BASE.replace(TODO, body), BASE
    for old, change in theirs:
        mine = mine.replace(old, change)
    for old, change in ours:
        new = new.replace(old, change)
    mine = mine if ended else mine.removesuffix("\n")
    done = merged(mine, new)
    if done.clashes:
        assert done.text.decode() == mine
        return
    ast.parse(done.text)
    assert body in done.text.decode()
    for _, change in ours:
        assert change in done.text.decode()


# -- the engine: holes of several lessons, defaults, names that come and go

ENGINE = '''\
class dispatcher:
    def accept(self):
        """Take the caller in."""
        raise NotImplementedError("TODO 06.2 dispatcher.accept")

    def turn_away(self):
        """No descriptor is left."""
        raise  # TODO 06.4 dispatcher.turn_away

    def close(self):
        # TODO 07.2 dispatcher.close
        self.del_channel()
        self.socket.close()


def loop():
    """Round after round."""
    raise NotImplementedError("TODO 06.1 loop")
'''
WRITTEN = ENGINE.replace("raise  # TODO 06.4 dispatcher.turn_away", "return None  # mine").replace(
    'raise NotImplementedError("TODO 06.2 dispatcher.accept")', "return self.socket.accept()"
)


def test_a_default_that_was_overwritten_stays_whatever_the_newer_one_is():
    new = ENGINE.replace("raise  # TODO", "return self  # TODO").replace(
        "self.del_channel()\n", "self.del_channel()  # first\n"
    )
    done = merged(WRITTEN, new, ENGINE)
    assert not done.clashes
    assert done.text.decode() == WRITTEN.replace(
        "self.del_channel()\n", "self.del_channel()  # first\n"
    )


def test_a_new_hole_comes_in_and_nothing_of_the_learners_goes():
    hole = (
        "    def still(self):\n"
        '        """Is it?"""\n'
        '        raise NotImplementedError("TODO 06.4 dispatcher.still")\n\n'
    )
    new = ENGINE.replace("    def close(self):", hole + "    def close(self):")
    done = merged(WRITTEN, new, ENGINE)
    assert not done.clashes
    assert done.text.decode() == WRITTEN.replace(
        "    def close(self):", hole + "    def close(self):"
    )


def test_a_hole_that_is_renamed_leaves_the_learners_file_as_it_is():
    new = ENGINE.replace("def accept(", "def take_in(").replace(
        "dispatcher.accept", "dispatcher.take_in"
    )
    done = merged(WRITTEN, new, ENGINE)
    assert done.text.decode() == WRITTEN and [clash.part for clash in done.clashes] == [WHOLE]
    untouched = merged(ENGINE.replace("raise  # TODO", "pass  # TODO"), new, ENGINE)
    assert not untouched.clashes and "def take_in(" in untouched.text.decode()


def test_a_hole_that_is_given_now_does_not_take_the_learners_place():
    given = ENGINE.replace('raise NotImplementedError("TODO 06.2 dispatcher.accept")', "return 1")
    done = merged(WRITTEN, given, ENGINE)
    assert done.text.decode() == WRITTEN
    assert [clash.part for clash in done.clashes] == ["dispatcher.accept"]
