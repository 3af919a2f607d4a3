"""Build hook for the site of two languages.

* builds mkdocs.zh.yml into <site>/zh in the same `mkdocs build` or `mkdocs serve`
* tells the embeds which page and line they are on
* fails a strict build when a page is missing in one language, has no description, or would load
  anything from another host
* drops theme files that no page uses
"""

from __future__ import annotations

import logging
import os
import re
import shutil
from pathlib import Path

import jieba
from mkdocs.commands.build import build
from mkdocs.config import load_config

from looplab import course, messages

log = logging.getLogger("mkdocs.hooks.site")
OTHER = "zh"  # folder and config of the second language
OTHER_CONFIG = f"mkdocs.{OTHER}.yml"
ONLY = os.environ.get("DOCS_ONLY")  # DOCS_ONLY=en: leave the other language out
EMBEDS = "looplab.site.excerpt"
HOST = r"(?:https?:)?//[^\s\"'>)]+"
EXTERNAL = re.compile(
    r"<(?:script|img|iframe|frame|source|video|audio|track|embed|object|image|use|input)\b"
    rf"[^>]*?\b(?:src|srcset|data|poster|href)=[\"']?{HOST}"
    r"|<link\b(?=[^>]*\brel=[\"']?(?:stylesheet|preconnect|preload|prefetch|modulepreload|icon"
    rf"|dns-prefetch|manifest))[^>]*?\bhref=[\"']?{HOST}"
    rf"|(?:url\(\s*|@import\s+)[\"']?{HOST}",
    re.I,
)
CODE = re.compile(r"<(pre|code)\b.*?</\1>", re.S)

jieba.setLogLevel(logging.WARNING)  # it reports its start-up on stderr
# Words that it would split wrongly. The plugin's own option depends on the current folder.
jieba.load_userdict(str(Path(__file__).parents[1] / "zh_terms.txt"))


def is_other(config):
    return config.config_file_path.endswith(OTHER_CONFIG)


def on_config(config):
    course.load_lesson.cache_clear()  # a served site is built many times in one process
    messages.catalogue.cache_clear()
    if not is_other(config):
        docs = Path(config.docs_dir)
        for page in sorted(pages(docs) ^ pages(docs.with_name(OTHER))):
            log.warning("page exists in one language only: %s", page)
    return config


def pages(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*.md")}


def on_page_markdown(markdown, page, config, files):
    name = f"docs/{config.theme['language']}/{page.file.src_uri}"
    if not page.meta.get("description"):  # unreadable front matter is dropped without a word
        log.warning("%s: no description in the front matter, or it cannot be read", name)
    whole = page.file.content_string.rstrip("\n").count("\n")
    offset = whole - markdown.rstrip("\n").count("\n")
    config.mdx_configs[EMBEDS].update(page=name, offset=offset)
    return markdown


def on_page_content(html, page, config, files):
    for tag in EXTERNAL.findall(CODE.sub("", html)):
        log.warning("%s loads from another host: %s", page.file.src_uri, tag[:160])
    return html


def name_search(output, config):  # axe: aria-dialog-name
    label = "搜索" if config.theme["language"] == "zh" else "Search"
    search = 'data-md-component="search" role="dialog"'
    return output.replace(search, f'{search} aria-label="{label}"')


def on_post_template(output_content, template_name, config):
    return name_search(output_content, config)


def on_post_page(output, page, config):
    for tag in EXTERNAL.findall(CODE.sub("", output)):
        log.warning("%s loads from another host: %s", page.file.src_uri, tag[:160])
    return name_search(output, config)


def on_post_build(config):
    site = Path(config.site_dir)
    drop_unused(site, config.theme["language"])
    if is_other(config):
        for name in ("js", "css"):  # shared with the first language: see extra_css there
            shutil.rmtree(site / "assets" / name, ignore_errors=True)
    elif ONLY in (None, "", "all"):
        root = (config.site_url or "").rstrip("/")
        build(
            load_config(
                str(Path(config.config_file_path).with_name(OTHER_CONFIG)),
                site_dir=str(site / OTHER),
                site_url=f"{root}/{OTHER}/" if root else None,
                strict=config.strict,
            )
        )


def drop_unused(site, language):
    """Source maps, and what search needs for languages that the site does not have."""
    for path in (site / "assets").rglob("*.map"):
        path.unlink()
    lunr = site / "assets" / "javascripts" / "lunr"
    if language == "en":
        shutil.rmtree(lunr, ignore_errors=True)
        return
    for path in lunr.rglob("*.js"):
        if path.name.split(".")[1] not in (language, "stemmer", "multi"):
            path.unlink()


def on_serve(server, config, builder):
    here = Path(config.config_file_path).parent
    for (
        name
    ) in f"docs {OTHER_CONFIG} mkdocs.base.yml overrides lessons solutions tests/wrong".split():
        if (here / name).exists():
            server.watch(str(here / name))
    return server
