"""The rules of both languages that a program can ask: the glossary's words, spacing,
punctuation."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any

from looplab.course import LANGUAGES, Course
from looplab.messages import PATH

_CJK = r"[\u3400-\u9fff]"
_FENCE = re.compile(r"^( *)(```|~~~).*?^\1\2\s*$", re.M | re.S)
_FRONT = re.compile(r"\A---\n.*?\n---\n", re.S)
_NOT_PROSE = re.compile(
    r"<!--.*?-->|<[^>]+>|\]\([^)]*\)|\{ ?[#.:][^}]*\}|^\{\{.*\}\}$|https?://\S+", re.M | re.S
)
_CODE = re.compile(r"``[^`].*?``|`[^`]*`", re.S)

_ZH_RULES = {
    "a space between Chinese and Latin letters or digits": re.compile(
        rf"{_CJK}[A-Za-z0-9$]|[A-Za-z0-9]{_CJK}"
    ),
    "full-width punctuation in Chinese": re.compile(
        rf"{_CJK} ?[,;:?!](?=\s|{_CJK}|$)|{_CJK}\(|\){_CJK}"
    ),
    "…… and not ... in Chinese": re.compile(rf"{_CJK}\s?\.\.\.|\.\.\.\s?{_CJK}"),
    "no space beside full-width punctuation": re.compile(
        r"[，。；：？！、）”] +(?=[\w“（])|\w +[，。；：？！、）]"
    ),
    "你, not 您": re.compile("您"),
    "“ ” and not 「 」": re.compile("[「」]"),
}
_EN_WORDS = re.compile(r"\b(simply|just|easy|easily|obviously)\b", re.I)


def problems(course: Course) -> Iterator[str]:
    """One sentence for each place, with what stands there."""
    forbidden = _forbidden(course)
    for name, lang, text in _texts(course):
        prose = plain(text)
        for words in forbidden[lang]:
            if words in prose:
                yield f"{name}: the glossary does not say {words!r}"
        if lang == "zh":
            for rule, pattern in _ZH_RULES.items():
                for match in pattern.finditer(prose):
                    yield f"{name}: {rule}: {_around(prose, match)}"
        else:
            for match in _EN_WORDS.finditer(prose):
                yield f"{name}: not this word: {_around(prose, match)}"


def plain(markdown: str) -> str:
    """Prose alone: no code blocks, markup or links; inline code stands as X, between the same
    spaces."""
    text = _FENCE.sub("", _FRONT.sub("", markdown))
    text = _CODE.sub("X", text)
    text = _NOT_PROSE.sub("", text)
    text = re.sub(r"\{\w+\}", "X", text)  # a value that will stand there
    # After bold text that ends with punctuation CommonMark wants a space before Chinese.
    text = re.sub(r"(?<=[，。；：？！、）”])\*\* ", "", text)
    return re.sub(r"[*_]{1,2}(?=\S)|(?<=\S)[*_]{1,2}|\[|\]", "", text)


def _texts(course: Course) -> Iterator[tuple[str, str, str]]:
    """(where, language, text) of everything that a person reads."""
    for lang in LANGUAGES:
        readme = course.root / ("README.md" if lang == "en" else f"README.{lang}.md")
        for path in [*sorted((course.root / "docs" / lang).glob("*.md")), readme]:
            if path.is_file():
                yield path.relative_to(course.root).as_posix(), lang, path.read_text("utf-8")
    files = [course.root / "lessons" / key / "lesson.toml" for key in course.keys]
    for path in [PATH, course.root / "docs" / "glossary.toml", *files]:
        where = path.relative_to(course.root).as_posix()
        for name, pair in _pairs(tomllib.loads(path.read_text("utf-8")), ""):
            for lang in LANGUAGES:
                yield f"{where} {name}", lang, pair[lang]


def _pairs(value: Any, name: str) -> Iterator[tuple[str, dict[str, str]]]:
    if isinstance(value, dict):
        if all(isinstance(value.get(lang), str) for lang in LANGUAGES):
            yield name, value
        for key, one in value.items():
            yield from _pairs(one, f"{name}.{key}".strip("."))
    elif isinstance(value, list):
        for i, one in enumerate(value):
            yield from _pairs(one, f"{name}.{one.get('id', i) if isinstance(one, dict) else i}")


def _forbidden(course: Course) -> dict[str, list[str]]:
    terms = tomllib.loads((course.root / "docs" / "glossary.toml").read_text("utf-8"))["term"]
    return {
        lang: [word for term in terms for word in term.get("forbid", {}).get(lang, [])]
        for lang in LANGUAGES
    }


def _around(text: str, match: re.Match[str]) -> str:
    return text[max(0, match.start() - 12) : match.end() + 12].replace("\n", " ")
