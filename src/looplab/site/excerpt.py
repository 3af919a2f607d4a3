"""Markdown embeds: a page names what it shows, and this extension puts it there.

An embed stands alone on its line:

    {{ code PATH#name }}      source of an object by its qualified name, of a whole file without
                              #name; what a learner edits is shown as it was at the start
    {{ text PATH.txt }}       a recorded terminal transcript: PATH.LANG.txt if there is one
    {{ failure tests/wrong/NN_key/NAME }}    the message a learner sees, in the page's language
    {{ exercise 02.1 }}       the box of an exercise
    {{ question 02.q1 }}      the box of a prediction, its answer folded
    {{ figure NAME.svg | alt }}              docs/figures/NAME.svg; of NAME.html, NAME.LANG.html;
                              NAME.toml is drawn by looplab.site.tanks
    {{ glossary }}            the table of docs/glossary.toml
    {{ course }}              the list of lessons

What cannot be embedded is a warning on the logger `mkdocs.looplab`, with the page and the line: it
fails a strict build, and all of them are told at once. Nothing here depends on the current folder.
"""

from __future__ import annotations

import ast
import html
import logging
import re
import textwrap
import tomllib
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from markdown import Markdown  # type: ignore[import-untyped]
from markdown.extensions import Extension  # type: ignore[import-untyped]
from markdown.preprocessors import Preprocessor  # type: ignore[import-untyped]

from looplab import course
from looplab.messages import sentence
from looplab.site import tanks
from looplab.skeleton import HoleError, start_file

log = logging.getLogger("mkdocs.looplab")

EMBED = re.compile(r"(?P<indent>[ ]*)\{\{[ ]*(?P<verb>\w+)(?:[ ]+(?P<what>.*?))?[ ]*\}\}[ ]*")
FENCE = re.compile(r"[ ]*(?P<mark>`{3,}|~{3,})")
INLINE_CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")
LANGUAGE_OF = {".py": "python", ".toml": "toml", ".sh": "sh", ".txt": "text"}
CORPUS_MARK = re.compile(r"# (fails|passes) \d\d\.\w")  # for the build, not for readers


class EmbedError(Exception):
    """An embed that names nothing that can be shown; says what and why."""


class ExcerptExtension(Extension):  # type: ignore[misc]
    """Options: `lang`; `root` of the course; `page` and `offset`, which the build sets."""

    def __init__(self, **kwargs: Any) -> None:
        self.config = {
            "lang": ["en", "language of the page: en or zh"],
            "root": [str(course.ROOT), "folder that paths start from"],
            "page": ["page", "name of the page, for messages"],
            "offset": [0, "lines of the page's file before the Markdown (front matter)"],
        }
        super().__init__(**kwargs)

    def extendMarkdown(self, md: Markdown) -> None:
        # After line ends are normalised (30), before fences are taken out (25).
        md.preprocessors.register(_Embeds(md, **self.getConfigs()), "looplab_excerpt", 28)


def makeExtension(**kwargs: Any) -> ExcerptExtension:
    return ExcerptExtension(**kwargs)


class _Embeds(Preprocessor):  # type: ignore[misc]
    def __init__(self, md: Markdown, lang: str, root: str, page: str, offset: int) -> None:
        super().__init__(md)
        self.excerpts = Excerpts(Path(root), lang, md.htmlStash.store)
        self.page, self.offset = page, offset

    def run(self, lines: list[str]) -> list[str]:
        return [new for i, line in _outside_fences(lines) for new in self.line(i, line)]

    def line(self, i: int | None, line: str) -> list[str]:
        if i is None or "{{" not in line:
            return [line]
        try:
            match = EMBED.fullmatch(line)
            if match:
                block = self.excerpts.embed(match["verb"], match["what"] or "", match["indent"])
                return ["", *textwrap.indent(block, match["indent"]).split("\n"), ""]
            if "{{" in INLINE_CODE.sub("", line):
                raise EmbedError("an embed is {{ VERB WHAT }}, alone on its line")
            return [line]
        except (EmbedError, course.CourseError) as error:
            log.warning("%s:%d: %s: %s", self.page, self.offset + i + 1, line.strip(), error)
            return ["", f'<p class="embed-error">{html.escape(f"{line.strip()}: {error}")}</p>', ""]


def _outside_fences(lines: list[str]) -> Iterator[tuple[int | None, str]]:
    """Every line with its number, or with None inside a fenced block, where nothing is embedded."""
    mark = ""
    for i, line in enumerate(lines):
        fence = FENCE.match(line)
        if mark:
            if fence and fence["mark"].startswith(mark) and line.strip() == fence["mark"]:
                mark = ""
            yield None, line
        elif fence:
            mark = fence["mark"]
            yield None, line
        else:
            yield i, line


class Excerpts:
    """What each verb stands for, as Markdown, in one language; raises EmbedError.

    `stash` keeps finished HTML from the Markdown parser and returns what stands for it.
    """

    def __init__(self, root: Path, lang: str, stash: Callable[[str], str] = str) -> None:
        self.root, self.lang, self.stash = root.resolve(), lang, stash
        self.verbs: dict[str, Callable[[str], str]] = {
            "code": self.code,
            "text": self.text,
            "failure": self.failure,
            "exercise": self.exercise,
            "question": self.question,
            "figure": self.figure,
            "glossary": self.glossary,
            "course": self.course,
        }

    def embed(self, verb: str, what: str, indent: str = "") -> str:
        if verb not in self.verbs:
            raise EmbedError(f"no embed is called {verb}; there are {', '.join(self.verbs)}")
        if bool(what) == (verb in ("glossary", "course")):
            raise EmbedError(f"{verb} needs {'no' if what else 'a'} name")
        if indent and verb in ("exercise", "question", "glossary", "course"):
            raise EmbedError(f"{verb} cannot stand inside another block: take the indent away")
        return self.verbs[verb](what)

    # Files

    def read(self, name: str) -> str:
        path = (self.root / name).resolve()
        if not path.is_relative_to(self.root):
            raise EmbedError(f"{name} is outside the course")
        try:
            return path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise EmbedError(f"{name} cannot be read: {reason}") from None

    def code(self, what: str) -> str:
        path, _, name = what.partition("#")
        source = self.start(path) if path.startswith("lessons/") else self.read(path)
        if CORPUS_MARK.match(source):
            source = source.partition("\n")[2]
        if name:
            source = named_source(source, name, path)
        return fence(source, LANGUAGE_OF.get(Path(path).suffix, "text"), path)

    def start(self, path: str) -> str:
        """A file of a lesson; one that learners edit as it is before they do."""
        exercises = [e for e in course.load(self.root).exercises if f"lessons/{e.path}" == path]
        if not exercises:
            return self.read(path)
        first = exercises[0]
        if first.kind == "repair":
            wrong = self.read(f"tests/wrong/{first.lesson}/{first.start}")
            return start_file(exercises, "", wrong)
        try:
            return start_file(exercises, self.read(f"solutions/{first.path}"), "")
        except (HoleError, SyntaxError) as error:
            raise EmbedError(f"{path} cannot be made: {error}") from None

    def text(self, what: str) -> str:
        own = f"{what.removesuffix('.txt')}.{self.lang}.txt"
        return fence(self.read(own if (self.root / own).is_file() else what), "text")

    def failure(self, what: str) -> str:
        if not re.fullmatch(r"tests/wrong/\w+/\w+", what):
            raise EmbedError("a failure is named tests/wrong/NN_key/NAME")
        return fence(self.read(f"{what}.{self.lang}.txt"), "text")

    def figure(self, what: str) -> str:
        name, _, alt = (part.strip() for part in what.partition("|"))
        if not alt:
            raise EmbedError("a figure needs a text: {{ figure NAME | what it shows }}")
        label = html.escape(alt)
        if name.endswith(".html"):
            body = self.read(f"docs/figures/{name.removesuffix('.html')}.{self.lang}.html")
            return self.stash(f'<figure class="figure" aria-label="{label}">\n{body}\n</figure>')
        if name.endswith(".toml"):
            return self.stash(
                f'<figure class="figure" aria-label="{label}">\n{self.tanks(name)}\n</figure>'
            )
        if not name.endswith(".svg"):
            raise EmbedError("a figure is an .svg, an .html or a .toml file of docs/figures")
        body = drawing(self.read(f"docs/figures/{name}"), name)
        return self.stash(f'<figure class="figure" role="img" aria-label="{label}">{body}</figure>')

    def tanks(self, name: str) -> str:
        source = self.read(f"docs/figures/{name}")
        try:
            record = self.read(f"docs/records/{tomllib.loads(source)['record']}")
            return tanks.figure(source, record, self.lang, name.removesuffix(".toml"))
        except (tomllib.TOMLDecodeError, KeyError, tanks.TanksError) as error:
            raise EmbedError(f"docs/figures/{name} is not whole: {error}") from None

    # The course

    def exercise(self, what: str) -> str:
        exercises = {e.id: e for e in course.load(self.root).exercises}
        e = exercises.get(what)
        if e is None:
            raise EmbedError(f"no exercise {what}; there are {', '.join(exercises) or 'none'}")
        page = f"{e.lesson}.md"
        checks = [f"`{c.id}` [{one_line(c.title[self.lang])}]({page}#{c.docs})" for c in e.checks]
        work = "write" if e.kind == "holes" else e.kind
        holes = self.say("comma").join(f"`{hole}`" for hole in e.holes)
        points = f'<span class="box-points">{self.say("points", points=e.points)}</span>'
        return join(
            f'<section class="box exercise" id="exercise-{e.id.replace(".", "-")}"'
            f' aria-label="{self.say("exercise")} {e.id}" markdown="1">',
            f'<p class="box-title" markdown="span">{self.say("exercise")} {e.id} ·'
            f" {one_line(e.title[self.lang])} {points if e.points else ''}</p>",
            self.say("hard") if e.hard else "",
            e.task[self.lang],
            self.say(work, file=f"lessons/{e.path}", holes=holes),
            self.say("check"),
            fence(f"./looplab check {e.id}", "console"),
            self.say("checks"),
            numbered(checks),
            self.say("stuck", id=e.id),
            f'<details markdown="1">\n<summary>{self.say("passed")}</summary>',
            self.spoilt(e, checks),
            "</details>",
            "</section>",
        )

    def spoilt(self, e: course.Exercise, checks: list[str]) -> str:
        """The line to take out, and the check that fails then."""
        n = [c.id for c in e.checks].index(e.broken_by.check)
        does = e.broken_by.does[self.lang]
        return self.say("break", line=e.broken_by.line, does=does, n=n + 1, title=checks[n])

    def question(self, what: str) -> str:
        questions = {q.id: q for q in course.load(self.root).questions}
        q = questions.get(what)
        if q is None:
            raise EmbedError(f"no question {what}; there are {', '.join(questions) or 'none'}")
        return join(
            f'<section class="box question" id="question-{q.id.replace(".", "-")}"'
            f' aria-label="{self.say("question")} {q.id}" markdown="1">',
            f'<p class="box-title" markdown="span">{self.say("question")} {q.id}</p>',
            q.ask[self.lang],
            numbered([choice[self.lang] for choice in q.choices]),
            self.say("predict"),
            fence(f"./looplab answer {q.id}", "console"),
            f'<details markdown="1">\n<summary>{self.say("reveal")}</summary>',
            f"**{q.answer}.** {q.choices[q.answer - 1][self.lang]}",
            q.why[self.lang],
            "</details>",
            "</section>",
        )

    def course(self, what: str) -> str:
        lessons = [
            f"- **[{lesson.number} · {one_line(lesson.title[self.lang])}]({lesson.key}.md)**"
            f"{self.say('minutes', minutes=lesson.minutes)}<br>{one_line(lesson.idea[self.lang])}"
            for lesson in course.load(self.root).lessons
        ]
        if not lessons:
            raise EmbedError("the course has no lessons")
        return "\n".join(lessons)

    def glossary(self, what: str) -> str:
        first, second = ("en", "zh") if self.lang == "en" else ("zh", "en")
        heads = [self.say(f"in_{first}"), self.say(f"in_{second}"), self.say("meaning")]
        head = "".join(f'<th scope="col">{h}</th>' for h in heads)
        rows = [
            f'<tr id="{term["id"]}"><th scope="row">{inline(term[first])}</th>'
            f'<td lang="{second}">{inline(term[second])}</td>'
            f"<td>{inline(term['meaning'][self.lang])}</td></tr>"
            for term in glossary_terms(self.read("docs/glossary.toml"))
        ]
        return "\n".join(
            [f'<table class="glossary"><thead><tr>{head}</tr></thead><tbody>', *rows]
            + ["</tbody></table>"]
        )

    def say(self, key: str, **values: object) -> str:
        return sentence(self.lang, "site", key, values)


def glossary_terms(source: str) -> list[dict[str, Any]]:
    """The terms of glossary.toml; raises EmbedError for one that is not whole."""
    try:
        terms: list[dict[str, Any]] = tomllib.loads(source)["term"]
        for term in terms:
            if not all((term["id"], term["en"], term["zh"], term["meaning"]["en"])):
                raise KeyError("an empty string")
            if not term["meaning"]["zh"]:
                raise KeyError("meaning.zh")
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise EmbedError(f"docs/glossary.toml is not whole: {error}") from None
    ids = [term["id"] for term in terms]
    if twice := {i for i in ids if ids.count(i) > 1}:
        raise EmbedError(f"docs/glossary.toml has two terms called {min(twice)}")
    return terms


def named_source(source: str, name: str, path: str) -> str:
    """The source of `name` (`serve`, `dispatcher.close`, `LIMIT`) with its decorators, dedented."""
    try:
        tree: ast.AST = ast.parse(source)
    except SyntaxError as error:
        raise EmbedError(f"{path} is not Python: {error}") from None
    found: list[ast.stmt] = []
    for part in name.split("."):
        found = [node for node in getattr(tree, "body", []) if part in _names(node)]
        if not found:
            raise EmbedError(f"{path} has no {name}")
        tree = found[-1]
    node = found[-1]
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
    return textwrap.dedent("\n".join(source.split("\n")[first - 1 : node.end_lineno]))


def _names(node: ast.stmt) -> set[str]:
    """The names that a statement gives something to."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return {t.id for t in targets if isinstance(t, ast.Name)}
    return set()


def drawing(svg: str, name: str) -> str:
    """The <svg> element of a file, for a page; the figure's label speaks for it."""
    try:
        root = ElementTree.fromstring(svg)
    except ElementTree.ParseError as error:
        raise EmbedError(f"{name} is not well-formed: {error}") from None
    if not root.tag.endswith("svg") or "viewBox" not in root.attrib:
        raise EmbedError(f"{name} needs an <svg> with a viewBox")
    if any(element.tag.endswith("script") for element in root.iter()):
        raise EmbedError(f"{name} holds a script")
    return svg[svg.index("<svg") :].strip().replace("<svg", '<svg aria-hidden="true"', 1)


def fence(source: str, language: str, title: str = "") -> str:
    """A fenced block that no line of `source` can close."""
    runs = [len(run) for run in re.findall(r"^[ ]*(`{3,})", source, re.M)]
    mark = "`" * max([3, *(n + 1 for n in runs)])
    head = f'{mark}{language} title="{title}"' if title else mark + language
    return "\n".join([head, source.strip("\n"), mark])


def numbered(items: list[str]) -> str:
    return "\n".join(f"{i}. {textwrap.indent(t, '    ').strip()}" for i, t in enumerate(items, 1))


def one_line(text: str) -> str:
    return " ".join(text.split())


def join(*blocks: str) -> str:
    return "\n\n".join(block for block in blocks if block)


def inline(text: str) -> str:
    """HTML of a sentence whose only mark-up is `code`."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text, quote=False))
