"""A wrong or right engine holds only what it replaces in the reference, and is laid over it.

Line 1 and the docstring are for the reader. Functions, methods and class attributes, constants and
whole new classes take the place of those of the same name; names that the reference does not have
are added.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from looplab.skeleton import HoleError

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class _Edit:
    """Lines of the reference, counted from 0, `last` not included, and what stands there then."""

    first: int
    last: int
    text: str


def laid_over(reference: str, patch: str) -> str:
    """`reference` with what `patch` defines. Raises HoleError where that is nothing that changes
    the reference, or something that cannot be laid over it; SyntaxError."""
    tree, own = ast.parse(reference), ast.parse(patch)
    made = _Maker(reference, patch)
    made.block(own.body, tree.body, "")
    text = made.text()
    if not made.changes or ast.dump(ast.parse(text)) == ast.dump(tree):
        raise HoleError("it replaces nothing of the reference")
    return text


class _Maker:
    def __init__(self, reference: str, patch: str) -> None:
        self.lines = [line + "\n" for line in reference.removesuffix("\n").split("\n")]
        self.patch = [line + "\n" for line in patch.removesuffix("\n").split("\n")]
        self.edits: list[_Edit] = []
        self.changes = 0  # of what the reference has already

    def block(self, own: list[ast.stmt], there: list[ast.stmt], inside: str) -> None:
        """Lay the statements of a module or a class over those of the reference."""
        for n, node in enumerate(own):
            if n == 0 and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                continue  # a docstring, for the reader
            if isinstance(node, (ast.Import, ast.ImportFrom)) and not inside:
                self._add(node, self._after_imports(there), before="")
                continue
            name = _name(node)
            if name is None:
                raise HoleError(f"line {node.lineno} is no function, class or constant")
            same = [one for one in there if _name(one) == name]
            if isinstance(node, ast.ClassDef) and same and isinstance(same[0], ast.ClassDef):
                self.block(node.body, same[0].body, f"{inside}{name}.")
            elif same:
                first, last = _span(same[-1])
                self.edits.append(_Edit(first, last, self._source(node)))
                self.changes += 1
            else:
                self._new(node, there, inside)

    def _new(self, node: ast.stmt, there: list[ast.stmt], inside: str) -> None:
        """A name that the reference does not have: what others build on comes first."""
        self.changes += bool(inside)  # in a class it may stand in for an inherited one
        definitions = [one for one in there if isinstance(one, (*_FUNCTIONS, ast.ClassDef))]
        if isinstance(node, ast.ClassDef) or (inside and isinstance(node, _FUNCTIONS)):
            self._add(node, _span(there[-1])[1], before="\n" if inside else "\n\n")
        elif definitions:
            self._add(node, _span(definitions[0])[0], before="", after="\n" if inside else "\n\n")
        else:
            self._add(node, _span(there[-1])[1], before="")

    def _add(self, node: ast.stmt, at: int, before: str, after: str = "") -> None:
        self.edits.append(_Edit(at, at, before + self._source(node) + after))

    @staticmethod
    def _after_imports(there: list[ast.stmt]) -> int:
        imports = [one for one in there if isinstance(one, (ast.Import, ast.ImportFrom))]
        return _span((imports or there)[-1])[1] if imports else _span(there[0])[0]

    def _source(self, node: ast.stmt) -> str:
        first, last = _span(node)
        return "".join(self.patch[first:last])

    def text(self) -> str:
        lines = list(self.lines)
        order = [(edit.first, edit.last, n, edit) for n, edit in enumerate(self.edits)]
        for *_, edit in sorted(order, key=lambda one: one[:3], reverse=True):
            lines[edit.first : edit.last] = [edit.text]
        return "".join(lines)


def _name(node: ast.stmt) -> str | None:
    """What a statement defines; None if that is no name, or several."""
    if isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
        return node.name
    targets = node.targets if isinstance(node, ast.Assign) else []
    if isinstance(node, ast.AnnAssign):
        targets = [node.target]
    names = [target.id for target in targets if isinstance(target, ast.Name)]
    return names[0] if len(names) == len(targets) == 1 else None


def _span(node: ast.stmt) -> tuple[int, int]:
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(d.lineno for d in decorators)])
    return first - 1, node.end_lineno or node.lineno
