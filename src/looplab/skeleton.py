"""Solution -> skeleton: the functions named as holes lose their body and keep signature and
docstring."""

from __future__ import annotations

import ast
from collections.abc import Iterable

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


def start_file(exercise: Exercise, solution: str, start: str) -> str:
    """What the learner begins with: the skeleton, or for a repair the wrong program without its
    first line."""
    if exercise.kind == "repair":
        return start.partition("\n")[2]
    return skeleton(solution, exercise.id, exercise.holes)
