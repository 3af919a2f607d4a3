"""What is made of a solution: the skeleton, whose holes keep signature and docstring alone, and the
solution without one statement; and how functions go from one file into another."""

from __future__ import annotations

import ast
import textwrap
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence

from looplab.course import Exercise

WIDTH = 80  # of what learners read
Function = ast.FunctionDef | ast.AsyncFunctionDef
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class HoleError(Exception):
    """A hole that the solution does not have, or that cannot be one."""


def parsed(source: str) -> ast.Module:
    """The syntax tree, without a word about odd escapes. Raises SyntaxError, ValueError and, for
    what nests too deep, RecursionError or MemoryError."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source)


NOT_PYTHON = (SyntaxError, ValueError, RecursionError, MemoryError)


def find(tree: ast.Module, name: str) -> Function:
    """The function with this qualified name: `serve`, `dispatcher.close`; of several the last one,
    which counts. Raises HoleError."""
    body: list[ast.stmt] = tree.body
    *classes, function = name.split(".")
    for part in classes:
        found = [n for n in body if isinstance(n, ast.ClassDef) and n.name == part]
        if not found:
            raise HoleError(f"there is no class {part} for the hole {name}")
        body = found[-1].body
    named = [node for node in body if isinstance(node, _FUNCTIONS) and node.name == function]
    if not named:
        raise HoleError(f"there is no function {name}")
    return named[-1]


def skeleton(
    source: str, exercise_id: str, holes: Iterable[str], default: Mapping[str, str] | None = None
) -> str:
    """`source` with the body of every hole replaced by `raise NotImplementedError("TODO ID NAME")`,
    or by its `default` statements with `# TODO ID NAME`."""
    lines = source.splitlines(keepends=True)
    tree = ast.parse(source)
    spans = []
    for name in holes:
        node = find(tree, name)
        has_doc = ast.get_docstring(node, clean=False) is not None
        rest = node.body[1:] if has_doc else node.body
        if has_doc:
            first = (node.body[0].end_lineno or node.body[0].lineno) + 1
        else:
            first = node.body[0].lineno
        last = node.end_lineno or node.lineno
        if rest and rest[0].lineno == node.lineno:
            raise HoleError(f"{name} has its body on the line of its def")
        indent, own = node.col_offset + 4, (default or {}).get(name, "")
        body = _start_body(f"TODO {exercise_id} {name}", own, WIDTH - indent)
        spans.append((first, last, textwrap.indent(body, " " * indent)))
    for first, last, body in sorted(spans, reverse=True):
        lines[first - 1 : last] = [body]
    return "".join(lines)


def _start_body(todo: str, default: str, width: int) -> str:
    """What stands in a hole at first; the note beside a default, or above it where that is too
    wide."""
    if not default:
        line = f'raise NotImplementedError("{todo}")\n'
        wide = f'raise NotImplementedError(\n    "{todo}"\n)\n'
        return line if len(line) <= width + 1 else wide
    beside = f"{default}  # {todo}"
    if "\n" in default or len(beside) > width:
        return f"# {todo}\n{default}\n"
    return beside + "\n"


def at_start(source: str, exercises: Iterable[Exercise]) -> str:
    """`source` with the holes of these exercises as they are at first."""
    for exercise in exercises:
        source = skeleton(source, exercise.id, exercise.holes, dict(exercise.default))
    return source


def without(source: str, line: str, functions: Iterable[str] = ()) -> str:
    """`source` without its one statement that reads `line`; `pass` is left where a block would be
    empty. Where `functions` are named, only these are looked at. Raises HoleError."""
    try:
        (wanted,) = ast.parse(line).body
    except (SyntaxError, ValueError):
        raise HoleError(f"`{line}` is not one statement") from None
    tree = ast.parse(source)
    places: list[ast.AST] = [find(tree, name) for name in functions] or [tree]
    found = [
        (statement, block)
        for place in places
        for block in _blocks(place)
        for statement in block
        if ast.dump(statement) == ast.dump(wanted)
    ]
    if len(found) != 1:
        raise HoleError(f"`{line}` stands in the solution {len(found)} times, not once")
    statement, block = found[0]
    lines = source.splitlines(keepends=True)
    left = [] if len(block) > 1 else [" " * statement.col_offset + "pass\n"]
    lines[statement.lineno - 1 : statement.end_lineno] = left
    return "".join(lines)


def _blocks(tree: ast.AST) -> Iterator[list[ast.stmt]]:
    """Every list of statements: bodies, else and finally branches."""
    for node in ast.walk(tree):
        for field in ("body", "orelse", "finalbody"):
            if isinstance(block := getattr(node, field, None), list):
                yield block


def start_file(exercises: Sequence[Exercise], solution: str, start: str) -> str:
    """What the learner begins with in a file of these exercises: the skeleton; for a repair the
    wrong program without its first line; the solution itself where it is solved already."""
    if exercises[0].kind == "solved":
        return solution
    if exercises[0].kind == "repair":
        return start.partition("\n")[2]
    return at_start(solution, exercises)


# -- functions that go from one file into another


def lay_in(source: str, donor: str, names: Iterable[str]) -> str:
    """`source` with these functions as `donor` has them, whole: decorators, signature, body.

    One that `source` has no more stands after its neighbour in `donor`, or at the end of its class
    or module. Raises HoleError where the class is missing too, and what `parsed` raises.
    """
    source = source.replace("\r\n", "\n")
    for name in names:
        text = function_source(donor, name)
        lines = _lines(source)
        tree = parsed(source)
        try:
            first, last = _span(find(tree, name))
            lines[first - 1 : last] = [text]
        except HoleError:
            at = _place(tree, parsed(donor), name)
            lines[at:at] = ["\n", text] if "." in name else ["\n\n", text]
        source = "".join(lines)
    return source


def lay_in_file(data: bytes, donor: str, names: Iterable[str]) -> bytes:
    """`lay_in` for a file as an editor has left it: its line ends and its mark of UTF-8 stay."""
    mark = b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b""
    text = lay_in(data[len(mark) :].decode("utf-8"), donor, names)
    if b"\r\n" in data and data.count(b"\r\n") == data.count(b"\n"):
        text = text.replace("\n", "\r\n")
    return mark + text.encode("utf-8")


def function_source(source: str, name: str) -> str:
    """The text of a function, its decorators included. Raises HoleError, and what `parsed`
    raises."""
    source = source.replace("\r\n", "\n")
    first, last = _span(find(parsed(source), name))
    return "".join(_lines(source)[first - 1 : last])


def differing(source: str, donor: str, names: Iterable[str]) -> list[str]:
    """Those of these functions that are not the same code in both: comments and line breaks do not
    count."""
    mine, theirs = parsed(source), parsed(donor)
    return [name for name in names if _code(mine, name) != _code(theirs, name)]


def _code(tree: ast.Module, name: str) -> str | None:
    try:
        return ast.dump(find(tree, name))
    except HoleError:
        return None


def _lines(source: str) -> list[str]:
    """As Python counts them, each with its end, the last one too."""
    lines = [line + "\n" for line in source.split("\n")]
    return lines[:-1] if lines[-1] == "\n" else lines


def _span(node: Function | ast.ClassDef) -> tuple[int, int]:
    """First and last line, decorators included."""
    first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
    return first, node.end_lineno or node.lineno


def _place(tree: ast.Module, donor: ast.Module, name: str) -> int:
    """After which line of the module a function that is missing there goes."""
    *classes, function = name.split(".")
    body, model, end = tree.body, donor.body, 0
    for part in classes:
        here, there = (
            next((n for n in some if isinstance(n, ast.ClassDef) and n.name == part), None)
            for some in (body, model)
        )
        if here is None or there is None:
            raise HoleError(f"there is no class {part} for the hole {name}")
        body, model = here.body, there.body
    for node in model:
        if isinstance(node, _FUNCTIONS) and node.name == function:
            break
        if isinstance(node, _FUNCTIONS):
            same = [n for n in body if isinstance(n, _FUNCTIONS) and n.name == node.name]
            end = same[0].end_lineno or end if same else end
    return end or max((n.end_lineno or n.lineno for n in body), default=0)
