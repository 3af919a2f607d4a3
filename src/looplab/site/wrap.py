"""Chinese paragraphs may be wrapped in the source: no space appears where a line ended.

Markdown keeps the newline, and a browser shows it as a space between two Chinese characters.
"""

from __future__ import annotations

import re
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Markdown  # type: ignore[import-untyped]
from markdown.extensions import Extension  # type: ignore[import-untyped]
from markdown.treeprocessors import Treeprocessor  # type: ignore[import-untyped]

WIDE = r"[\u2014\u2018-\u201d\u2026\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]"
INSIDE = re.compile(rf"(?<={WIDE}) *\n *(?={WIDE})")
LEADING = re.compile(rf"\A *\n *(?={WIDE})")
TRAILING = re.compile(rf"(?<={WIDE}) *\n *\Z")


class _Join(Treeprocessor):  # type: ignore[misc]
    def run(self, root: Element) -> None:
        for parent in root.iter():
            if parent.tag in ("code", "pre"):
                continue
            before = parent.text = INSIDE.sub("", parent.text or "")
            keep: Element | None = None  # the child whose tail `before` is
            for child in parent:
                inner = "".join(child.itertext())
                if re.match(WIDE, inner):
                    before = TRAILING.sub("", before)
                    if keep is None:
                        parent.text = before
                    else:
                        keep.tail = before
                before = INSIDE.sub("", child.tail or "")
                if re.search(WIDE + r"\Z", inner):
                    before = LEADING.sub("", before)
                child.tail, keep = before, child


class WrapExtension(Extension):  # type: ignore[misc]
    def extendMarkdown(self, md: Markdown) -> None:
        md.treeprocessors.register(_Join(md), "looplab_wrap", 15)  # after `inline` (20)


def makeExtension(**kwargs: Any) -> WrapExtension:
    return WrapExtension(**kwargs)
