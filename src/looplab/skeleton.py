"""What is made of a solution: the skeleton, whose holes keep signature and docstring alone, and the
solution without one statement."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from looplab.course import Exercise

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class HoleError(Exception):
    """A hole that the solution does not have, or that cannot be one."""


def find(tree: ast.Module, name: str) -> ast.FunctionDef | ast.AsyncFunctionDef:
    """The function with this qualified name: `serve`, `dispatcher.close`. Raises HoleError."""
    body: list[ast.stmt] = tree.body
    *classes, function = name.split(".")
    for part in classes:
        found = next((n for n in body if isinstance(n, ast.ClassDef) and n.name == part), None)
        if found is None:
            raise HoleError(f"there is no class {part} for the hole {name}")
        body = found.body
    for node in body:
        if isinstance(node, _FUNCTIONS) and node.name == function:
            return node
    raise HoleError(f"there is no function {name}")


def skeleton(source: str, exercise_id: str, holes: Iterable[str]) -> str:
    """`source` with the body of every hole replaced by `raise NotImplementedError("TODO ID
    NAME")`."""
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
        indent = " " * (node.col_offset + 4)
        spans.append(
            (first, last, f'{indent}raise NotImplementedError("TODO {exercise_id} {name}")\n')
        )
    for first, last, line in sorted(spans, reverse=True):
        lines[first - 1 : last] = [line]
    return "".join(lines)


def without(source: str, line: str) -> str:
    """`source` without its one statement that reads `line`; `pass` is left where a block would be
    empty. Raises HoleError."""
    try:
        (wanted,) = ast.parse(line).body
    except (SyntaxError, ValueError):
        raise HoleError(f"`{line}` is not one statement") from None
    blocks = _blocks(ast.parse(source))
    found = [(s, b) for b in blocks for s in b if ast.dump(s) == ast.dump(wanted)]
    if len(found) != 1:
        raise HoleError(f"`{line}` stands in the solution {len(found)} times, not once")
    statement, block = found[0]
    lines = source.splitlines(keepends=True)
    left = [] if len(block) > 1 else [" " * statement.col_offset + "pass\n"]
    lines[statement.lineno - 1 : statement.end_lineno] = left
    return "".join(lines)


def _blocks(tree: ast.Module) -> Iterator[list[ast.stmt]]:
    """Every list of statements: bodies, else and finally branches."""
    for node in ast.walk(tree):
        for field in ("body", "orelse", "finalbody"):
            if isinstance(block := getattr(node, field, None), list):
                yield block


def start_file(exercise: Exercise, solution: str, start: str) -> str:
    """What the learner begins with: the skeleton; for a repair the wrong program without its first
    line; the solution itself where it is solved already."""
    if exercise.kind == "solved":
        return solution
    if exercise.kind == "repair":
        return start.partition("\n")[2]
    return skeleton(solution, exercise.id, exercise.holes)
