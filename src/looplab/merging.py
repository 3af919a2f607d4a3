"""One file out of three: the learner's, the start file it grew from, the newer start file.

A Python file is merged part by part: what stands around its functions, and of each function the
signature, the docstring and the body. A part that one side changed is that side's; the body of a
hole, be it empty at first or a default, is always the learner's. Where both changed the same part
nothing is guessed: the learner's file stays as it is, whole, and the parts are named.
"""

from __future__ import annotations

import ast
import re
import subprocess
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_TO_DO = re.compile(r"# TODO \d\d\.\w+ [\w.]+$", re.M)
WHOLE = ""  # the name of what is no function


@dataclass(frozen=True)
class Clash:
    """A part that both changed: a function's name, or WHOLE."""

    part: str
    mine: str
    new: str


@dataclass(frozen=True)
class Merge:
    text: bytes  # the learner's own where there are clashes
    kept: tuple[str, ...] = ()  # functions whose body is the learner's
    taken: tuple[str, ...] = ()  # functions of which something came from the newer course
    clashes: tuple[Clash, ...] = ()


@dataclass(frozen=True)
class _Function:
    name: str
    signature: str
    doc: str
    body: str
    empty: bool  # nothing but `raise NotImplementedError`, or a default marked as to be written


class _NotOneWay(Exception):
    """Both sides changed this text."""


def merge(base: bytes, mine: bytes, new: bytes) -> Merge:
    """The learner's file `mine`, which grew from `base`, on the newer start file `new`."""
    if base == new or _lines_of(mine) == _lines_of(new):
        return Merge(mine)
    if _lines_of(mine) == _lines_of(base):
        return Merge(new)
    texts = [_text(one) for one in (base, mine, new)]
    try:
        merged = _by_parts(*texts)
    except (SyntaxError, ValueError, RecursionError):  # not (all) Python: one part
        merged = Merge(mine, clashes=(Clash(WHOLE, texts[1], texts[2]),))
    if not merged.clashes and b"\r\n" in mine and mine.count(b"\r\n") == mine.count(b"\n"):
        return Merge(merged.text.replace(b"\n", b"\r\n"), merged.kept, merged.taken)
    return merged if not merged.clashes else Merge(mine, clashes=merged.clashes)


def _lines_of(data: bytes) -> bytes:
    """Line ends are the editor's, not the learner's."""
    return data.replace(b"\r\n", b"\n")


def _text(data: bytes) -> str:
    text = _lines_of(data).decode("utf-8", "surrogateescape")
    return text if text.endswith("\n") else text + "\n"


def _by_parts(base: str, mine: str, new: str) -> Merge:
    orders = [[f.name for f, _, _ in _functions(text)] for text in (base, mine, new)]
    common = [name for name in orders[0] if name in orders[1] and name in orders[2]]
    if any([name for name in order if name in common] != common for order in orders):
        common = []  # moved about: lines only
    merged, kept, taken, clashes = "", [], [], []
    cuts = [_cut(text, common) for text in (base, mine, new)]
    for b, m, n in zip(*cuts, strict=True):
        if isinstance(b, str) or isinstance(m, str) or isinstance(n, str):
            try:
                merged += _around(str(b), str(m), str(n))
            except _NotOneWay:
                clashes.append(Clash(WHOLE, str(m), str(n)))
            continue
        try:
            part = _function(b, m, n)
        except _NotOneWay:
            clashes.append(Clash(b.name, *(f.signature + f.doc + f.body for f in (m, n))))
            continue
        merged += part
        if m.body in part and m.body != b.body:
            kept.append(b.name)
        if part != m.signature + m.doc + m.body:
            taken.append(b.name)
    if not clashes:
        _tree(merged)
    data = merged.encode("utf-8", "surrogateescape")
    return Merge(data, tuple(kept), tuple(taken), tuple(clashes))


def _function(base: _Function, mine: _Function, new: _Function) -> str:
    hole = base.empty and new.empty
    signature = _pick(base.signature, mine.signature, new.signature)
    try:
        doc = _pick(base.doc, mine.doc, new.doc)
    except _NotOneWay:
        if not hole:
            raise
        doc = new.doc  # it is the task
    if hole:
        return signature + doc + (new.body if mine.body == base.body else mine.body)
    return signature + doc + _pick(base.body, mine.body, new.body)


def _pick(base: str, mine: str, new: str) -> str:
    if base == new or mine == new:
        return mine
    if mine == base:
        return new
    raise _NotOneWay


def _around(base: str, mine: str, new: str) -> str:
    """Outside of functions lines are merged, as git does it: two imports do not clash."""
    try:
        return _pick(base, mine, new)
    except _NotOneWay:
        sides = (one.encode("utf-8", "surrogateescape") for one in (base, mine, new))
        merged = merge_lines(*sides)
        if merged is None:
            raise
        return merged.decode("utf-8", "surrogateescape")


def merge_lines(base: bytes, mine: bytes, new: bytes) -> bytes | None:
    """git's own merge of lines; None where both changed the same ones, or the data is no text."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, name) for name in ("mine", "base", "new")]
        for path, data in zip(paths, (mine, base, new), strict=True):
            path.write_bytes(data)
        done = subprocess.run(
            ["git", "merge-file", "-p", "-q", *map(str, paths)], capture_output=True, cwd=folder
        )
    return None if done.returncode else done.stdout


# -- taking a file apart


def _cut(text: str, names: Sequence[str]) -> list[str | _Function]:
    """Around, function, around, function, …, around; together the whole text."""
    lines = text.split("\n")
    pieces: list[str | _Function] = []
    at = 0
    for function, first, last in _functions(text):
        if function.name in names:
            pieces += ["".join(line + "\n" for line in lines[at:first]), function]
            at = last
    return [*pieces, "\n".join(lines[at:])]


def _functions(text: str) -> list[tuple[_Function, int, int]]:
    """Functions of the module and of its classes, with their first line and the one after them,
    counted from 0. A second one of the same name is `name#2`."""
    lines = [line + "\n" for line in text.split("\n")]
    seen: dict[str, int] = {}
    found = []
    for name, node in _defs(_tree(text).body, ""):
        seen[name] = seen.get(name, 0) + 1
        name = name if seen[name] == 1 else f"{name}#{seen[name]}"
        first = min([node.lineno, *(d.lineno for d in node.decorator_list)]) - 1
        last = node.end_lineno or node.lineno
        doc, body = _inside(node, lines)
        function = _Function(
            name,
            signature="".join(lines[first:doc]),
            doc="".join(lines[doc:body]),
            body="".join(lines[body:last]),
            empty=_is_empty(node) or _TO_DO.search("".join(lines[body:last])) is not None,
        )
        found.append((function, first, last))
    return found


def _defs(
    body: Sequence[ast.stmt], prefix: str
) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield prefix + node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from _defs(node.body, f"{prefix}{node.name}.")


def _inside(node: ast.FunctionDef | ast.AsyncFunctionDef, lines: list[str]) -> tuple[int, int]:
    """The line at which the docstring begins and the one at which the body does, from 0."""
    first, last = node.body[0], node.end_lineno or node.lineno
    if first.lineno == node.lineno:
        return last, last  # all on the line of the def: its signature
    if ast.get_docstring(node, clean=False) is not None:
        return first.lineno - 1, first.end_lineno or first.lineno
    at = first.lineno - 1
    while at > node.lineno and lines[at - 1].lstrip().startswith("#"):
        at -= 1  # a comment above the first statement belongs to the body
    return at, at


def _is_empty(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    rest = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
    error = rest[0].exc if len(rest) == 1 and isinstance(rest[0], ast.Raise) else None
    name = error.func if isinstance(error, ast.Call) else error
    return isinstance(name, ast.Name) and name.id == "NotImplementedError"


def _tree(text: str) -> ast.Module:
    if "\r" in text:
        raise ValueError("lines that end in different ways")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)
