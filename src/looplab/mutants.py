"""Mutants: a reference with one small thing changed. Checks that are worth their name notice.

`mutants` makes them from a source; `equivalents` reads which of them nobody can tell from the
reference. What is left alone: docstrings, annotations, imports, argparse's help, `if __name__`.
"""

from __future__ import annotations

import ast
import copy
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from looplab.course import Course, CourseError, Exercise

_COMPARE: dict[type, tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_ARITHMETIC: dict[type, type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_NAMES = {  # what is easily taken for each other
    "min": ("max",),
    "max": ("min",),
    "any": ("all",),
    "all": ("any",),
    "POLLIN": ("POLLOUT", "POLLHUP"),
    "POLLOUT": ("POLLIN",),
    "SHUT_WR": ("SHUT_RD", "SHUT_RDWR"),
}
_SIMPLE = (ast.Expr, ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Delete, ast.Raise, ast.Return)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)

Path = tuple[tuple[str, int | None], ...]  # from the module down: field, and index in a list
Change = tuple[str, Any, str]  # operator, the node (or statements) in its place, what is changed


@dataclass(frozen=True)
class Mutant:
    """One changed program. `id` names the change, not its line: other lines may move."""

    id: str
    line: int  # of the source it was made from
    before: str
    after: str
    _tree: ast.Module = field(repr=False, compare=False)
    _path: Path = field(repr=False)
    _new: Any = field(repr=False, compare=False)

    @property
    def source(self) -> str:
        """The whole program, made when it is asked for."""
        return _applied(self._tree, self._path, self._new) + "\n"


def mutants(source: str, exercise_id: str, within: Sequence[str] = ()) -> list[Mutant]:
    """Every mutant of a program, in the order of its lines; no two are the same program. Where
    functions are named (`within`), only those in them."""
    tree = ast.parse(source)
    names, found = Counter[str](), []
    texts: dict[Path, tuple[str, set[str]]] = {}  # of each part: as it is, and all seen so far
    for node, path, function, line in _walk(tree, (), (), 1):
        if within and not any(f"{function}.".startswith(f"{name}.") for name in within):
            continue
        part, inside = _part(tree, path)
        for operator, new, what in _changes(node):
            name = f"{exercise_id} {function} {operator}: {what}"
            names[name] += 1
            at = path[: len(path) - len(inside)]
            if at not in texts:
                texts[at] = ast.unparse(part), {ast.unparse(part)}
            whole, seen = texts[at]
            text = _applied(part, inside, new) if inside else _unparsed(new)
            if text not in seen:
                seen.add(text)
                nth = f" #{names[name]}" if names[name] > 1 else ""
                told = _difference(whole, text)
                found.append(Mutant(name + nth, line, *told, tree, path, new))
    return found


def _part(tree: ast.Module, path: Path) -> tuple[ast.AST, Path]:
    """The function that a way from the module leads into, or else the statement of the module;
    and the rest of the way. To compare these is enough, and much quicker than whole programs."""
    node: Any = tree
    found: tuple[ast.AST, Path] | None = None
    for n, (name, at) in enumerate(path, 1):
        node = getattr(node, name) if at is None else getattr(node, name)[at]
        if found is None or isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found = node, path[n:]
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            break
    assert found is not None, "nothing is changed but what is in the module"
    return found


def _unparsed(new: Any) -> str:
    nodes = new if isinstance(new, list) else [new]
    return ast.unparse(ast.fix_missing_locations(ast.Module(copy.deepcopy(nodes), [])))


def judges(course: Course, exercise: Exercise) -> tuple[Exercise, ...]:
    """Whose checks a mutant of its reference has to pass: several exercises that repair one
    program judge it together."""
    return (exercise,) if exercise.holes else course.sharing(exercise)


def of_exercise(course: Course, exercise: Exercise) -> list[Mutant]:
    """The mutants of an exercise's reference; of the engine's, only those in its holes. Of a
    program that several repair they are the first one's."""
    source = (course.root / "solutions" / exercise.path).read_text("utf-8")
    first = judges(course, exercise)[0]
    return mutants(source, first.id, exercise.holes if exercise.on_engine else ())


# -- those that count as equivalent


def equivalents(course: Course) -> dict[str, str]:
    """tests/equivalent.toml: id -> reason. An id of its table [all] stands for every exercise,
    and is `all` and the rest of the id here; `NAME *` stands for all mutants of that function.
    Raises CourseError."""
    path = course.root / "tests" / "equivalent.toml"
    try:
        tables = tomllib.loads(path.read_text("utf-8")).items()
        return {f"{table} {name}": why for table, some in tables for name, why in some.items()}
    except (OSError, ValueError) as error:
        raise CourseError(path, 1, str(error)) from None
    except AttributeError:
        raise CourseError(path, 1, "every id stands in the table of an exercise") from None


def reason(mutant: Mutant, known: dict[str, str]) -> str | None:
    """Why a mutant is equivalent, or None if nobody has said that it is."""
    return next((known[name] for name in _declared_as(mutant) if name in known), None)


def stale(course: Course) -> list[str]:
    """The declared ids that name no mutant any more."""
    every = [mutant for exercise in course.exercises for mutant in of_exercise(course, exercise)]
    named = {name for mutant in every for name in _declared_as(mutant)}
    return [name for name in equivalents(course) if name not in named]


def _declared_as(mutant: Mutant) -> tuple[str, str, str]:
    exercise, function, rest = mutant.id.split(" ", 2)
    return mutant.id, f"all {function} {rest}", f"{exercise} {function} *"


# -- where


def _walk(
    node: ast.AST, path: Path, function: tuple[str, ...], line: int
) -> Iterator[tuple[ast.AST, Path, str, int]]:
    """Every node that may be changed, with its way from the module, its function and its line."""
    for part, value in ast.iter_fields(node):
        if part in ("annotation", "returns"):
            continue
        children = enumerate(value) if isinstance(value, list) else [(None, value)]
        for i, child in children:
            if not isinstance(child, ast.AST) or _left_alone(node, child):
                continue
            inside = (*function, child.name) if isinstance(child, _DEFINITIONS) else function
            at, way = getattr(child, "lineno", line), (*path, (part, i))
            yield child, way, ".".join(inside) or "module", at
            yield from _walk(child, way, inside, at)


def _left_alone(parent: ast.AST, node: ast.AST) -> bool:
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return True
    if isinstance(node, ast.If) and "__name__" in ast.unparse(node.test):
        return True
    if isinstance(node, ast.keyword) and node.arg in ("help", "description"):
        return True
    documented = isinstance(parent, (*_DEFINITIONS, ast.Module)) and ast.get_docstring(parent)
    return bool(documented) and node is parent.body[0]  # type: ignore[attr-defined]


def _applied(tree: ast.AST, path: Path, new: Any) -> str:
    changed: Any = copy.deepcopy(tree)
    parent, (*way, (field, i)) = changed, path
    for name, at in way:
        parent = getattr(parent, name) if at is None else getattr(parent, name)[at]
    if i is None:
        setattr(parent, field, new)
    else:
        getattr(parent, field)[i : i + 1] = new if isinstance(new, list) else [new]
    return ast.unparse(ast.fix_missing_locations(changed))


def _difference(before: str, after: str) -> tuple[str, str]:
    """The first line that differs, as it was and as it is."""
    pairs = zip_longest(before.splitlines(), after.splitlines(), fillvalue="")
    return next(((a.strip(), b.strip()) for a, b in pairs if a != b), ("", ""))


# -- what


def _changes(node: ast.AST) -> Iterator[Change]:
    """Everything that can be changed at one node."""
    for change in (_in_expression, _in_call, _in_statement):
        for operator, new, *what in change(node):
            label = what[0] if what else f"{_text(node)} -> {_text(new)}"
            yield operator, new, label


def _in_expression(node: ast.AST) -> Iterator[tuple[Any, ...]]:
    match node:
        case ast.Compare():
            for i, op in enumerate(node.ops):
                for other in _COMPARE[type(op)]:
                    yield "compare", _with(node, ops=_put(node.ops, i, other()))
        case ast.BoolOp():
            other_op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield "boolean", _with(node, op=other_op)
            for operand in node.values if len(node.values) == 2 else ():
                yield "boolean", operand
        case ast.BinOp():
            if type(node.op) in _ARITHMETIC:
                yield "arithmetic", _with(node, op=_ARITHMETIC[type(node.op)]())
            if isinstance(node.op, ast.BitOr):
                yield "flag", node.left
                yield "flag", node.right
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            yield "unary", node.operand
        case ast.Constant():
            for value in _other_values(node.value):
                yield "constant", ast.Constant(value)
        case ast.Name(id=name) | ast.Attribute(attr=name):
            field = "id" if isinstance(node, ast.Name) else "attr"
            for other_name in _NAMES.get(name, ()):
                yield "name", _with(node, **{field: other_name})
        case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
            if not isinstance(getattr(node, "ctx", None), ast.Store):
                for i in range(len(items)):
                    yield "element", _with(node, elts=_put(items, i))
        case ast.comprehension():
            for i, test in enumerate(node.ifs):
                yield "condition", _with(node, ifs=_put(node.ifs, i)), f"if {_text(test)}"


def _other_values(value: Any) -> tuple[Any, ...]:
    if isinstance(value, bool):
        return (not value,)
    if isinstance(value, (int, float)):
        return tuple(other for other in (value + 1, value - 1, 0) if other != value)
    if isinstance(value, str):
        return ("" if value else "mutant",)
    if isinstance(value, bytes):
        return (b"" if value else b"mutant",)
    return ()


def _in_call(node: ast.AST) -> Iterator[tuple[Any, ...]]:
    if not isinstance(node, ast.Call):
        return
    args = node.args
    for i in range(len(args)):
        yield "argument", _with(node, args=_put(args, i))
    for i in range(len(args) - 1):
        yield "argument", _with(node, args=[*args[:i], args[i + 1], args[i], *args[i + 2 :]])
    for i in range(len(node.keywords)):
        yield "argument", _with(node, keywords=_put(node.keywords, i))


def _in_statement(node: ast.AST) -> Iterator[tuple[Any, ...]]:
    match node:
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
            told_otherwise = (ast.Compare, ast.Constant, ast.UnaryOp)
            if not isinstance(test, told_otherwise):
                new = ast.UnaryOp(ast.Not(), test)
                yield "negate", _with(node, test=new), _text(test)
        case ast.AugAssign():
            if type(node.op) in _ARITHMETIC:
                yield "arithmetic", _with(node, op=_ARITHMETIC[type(node.op)]())
        case ast.Break():
            yield "jump", ast.Continue()
        case ast.Continue():
            yield "jump", ast.Break()
            yield "jump", ast.Pass()
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
            yield "return", _with(node, value=ast.Constant(None))
            yield "return", _with(node, value=ast.Constant(True))
        case ast.Return(value=ast.Constant(value=None)):
            yield "return", _with(node, value=ast.Constant(0))
        case ast.Try():
            yield from _in_try(node)
    if isinstance(node, _SIMPLE):
        yield "remove", ast.Pass(), _text(node)


def _in_try(node: ast.Try) -> Iterator[tuple[Any, ...]]:
    for i, handler in enumerate(node.handlers):
        rest = _put(node.handlers, i)
        bare = not rest and not node.finalbody
        new = [*node.body, *node.orelse] if bare else _with(node, handlers=rest)
        yield "handler", new, _text(handler)
    if node.finalbody:
        bare = not node.handlers
        new = [*node.body, *node.orelse] if bare else _with(node, finalbody=[])
        yield "handler", new, "finally"


def _with(node: ast.AST, **fields: Any) -> Any:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _put(items: list[Any], i: int, *new: Any) -> list[Any]:
    return [*items[:i], *new, *items[i + 1 :]]


def _text(node: Any) -> str:
    """A node on one line: a block by its head."""
    return ast.unparse(node).strip().splitlines()[0]
