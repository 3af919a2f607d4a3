"""A wrong engine over the reference: what it replaces, what it adds, where that comes to stand."""

import ast

import pytest

from looplab.overlay import laid_over
from looplab.skeleton import HoleError

REFERENCE = '''\
"""The engine."""

import select

LIMIT = 3


def loop():
    """Round after round."""
    poll()


class channel:
    """One."""

    size = 1

    def read(self):
        return 1


class sender(channel):
    def send(self):
        return self.size


_HANDLERS = (loop,)
'''


def over(patch: str) -> str:
    return laid_over(REFERENCE, '# fails 06.1 check fault\n"""Wrong."""\n' + patch)


@pytest.mark.parametrize(
    ("patch", "old", "new"),
    [
        ("LIMIT = 4\n", "LIMIT = 3\n", "LIMIT = 4\n"),
        (
            "def loop():\n    pass\n",
            'def loop():\n    """Round after round."""\n    poll()\n',
            "def loop():\n    pass\n",
        ),
        (
            "class channel:\n    @property\n    def read(self):\n        return 2\n",
            "    def read(self):\n        return 1\n",
            "    @property\n    def read(self):\n        return 2\n",
        ),
        ("class channel:\n    size = 2\n", "    size = 1\n", "    size = 2\n"),
        ("_HANDLERS = ()\n", "_HANDLERS = (loop,)\n", "_HANDLERS = ()\n"),
        (
            "class sender:\n    def read(self):\n        return 3\n",
            "        return self.size\n",
            "        return self.size\n\n    def read(self):\n        return 3\n",
        ),
        (
            "class sender:\n    more = 1\n",
            "class sender(channel):\n",
            "class sender(channel):\n    more = 1\n\n",
        ),
    ],
)
def test_what_has_the_same_name_is_replaced_and_the_rest_stays(patch, old, new):
    assert over(patch) == REFERENCE.replace(old, new)


def test_what_is_new_stands_where_others_can_use_it():
    made = over(
        "import time\nimport errno\nMORE = 1\nOTHER = 2\n\n\ndef first():\n    pass\n\n\n"
        "def second():\n    pass\n\n\nclass third(sender):\n    pass\n\n\n"
        "def loop():\n    first()\n"
    )
    order = ["import select", "import time", "import errno", "MORE", "OTHER", "def first"]
    order += ["def second", "def loop", "class channel", "_HANDLERS", "class third"]
    places = [made.index(words) for words in order]
    assert places == sorted(places)
    names: dict = {}
    exec(compile(made, "made", "exec"), names)
    assert issubclass(names["third"], names["sender"]) and "poll()" not in made


@pytest.mark.parametrize(
    "patch",
    [
        "",
        "def helper():\n    pass\n",
        "class other:\n    pass\n",
        "LIMIT = 3  # as before\n",
        "if True:\n    LIMIT = 4\n",
        "LIMIT, more = 1, 2\n",
        "loop()\n",
    ],
)
def test_what_changes_nothing_or_cannot_be_laid_over_is_refused(patch):
    with pytest.raises(HoleError):
        over(patch)


def test_a_line_that_is_no_python_is_told():
    with pytest.raises(SyntaxError):
        over("def loop(:\n")


def test_the_same_laid_over_twice_is_the_same():
    patch = "import os\n\n\ndef loop():\n    os.getpid()\n"
    once = over(patch)
    with pytest.raises(HoleError):
        laid_over(once.replace("import os\n", "", 1), patch.replace("import os\n", ""))
    ast.parse(once)
