"""The pages: both languages whole and equal, nothing from elsewhere, every link and embed real."""

import gzip
import logging
import os
import re
import shutil
import subprocess
import sys
import threading
import tomllib
import urllib.error
import urllib.request
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urljoin, urlsplit

import pytest

pytest.importorskip("mkdocs", reason="the site needs the packages of requirements/dev.txt")
from markdown import Markdown

from looplab import site
from looplab.course import ROOT
from looplab.site import tanks

DOCS = ROOT / "docs"
URL = "http://127.0.0.1:8000/"  # what `built` of conftest.py was built for
NAMES = sorted(path.name for path in (DOCS / "en").glob("*.md"))
GLOSSARY = tomllib.loads((DOCS / "glossary.toml").read_text("utf-8"))["term"]

# The sources, in two languages


class Source:
    """A Markdown file, taken apart into what must be equal in both languages and what may not."""

    def __init__(self, path: Path) -> None:
        text = path.read_text("utf-8")
        self.front = re.match(r"---\n(.*?)\n---\n", text, re.S)
        body = text[self.front.end() :] if self.front else text
        self.fences = re.findall(r"^```.*?^```", body, re.M | re.S)
        body = re.sub(r"^```.*?^```", "", body, flags=re.M | re.S)
        embeds = re.findall(r"^ *\{\{ *(.+?) *\}\} *$", body, re.M)
        self.embeds = [embed.partition("|")[0].strip() for embed in embeds]
        self.prose = re.sub(r"^ *\{\{.*\}\} *$", "", body, flags=re.M)
        self.headings = re.findall(r"^(#+) .*?(?:\{ *#([\w-]+) *\})?$", self.prose, re.M)
        self.links = re.findall(r"\]\(([^)\s]+)", re.sub(r"`[^`]*`", "", self.prose))
        self.words = re.sub(r"\]\([^)]*\)|\{ *#[\w-]+ *\}|`[^`]*`", " ", self.prose)


def pair(name: str) -> tuple[Source, Source]:
    return Source(DOCS / "en" / name), Source(DOCS / "zh" / name)


def test_both_languages_have_the_same_pages():
    assert sorted(path.name for path in (DOCS / "zh").glob("*.md")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_have_the_same_structure(name):
    en, zh = pair(name)
    assert en.front and zh.front
    assert [i for _, i in en.headings if not i] == [], "every heading has an explicit id"
    assert en.headings == zh.headings
    assert en.embeds == zh.embeds
    assert en.links == zh.links
    assert en.fences == zh.fences


@pytest.mark.parametrize("name", NAMES)
def test_a_page_has_one_title_and_a_length_that_can_be_read(name):
    en, zh = pair(name)
    assert [level for level, _ in en.headings].count("#") == 1
    assert len(re.findall(r"[A-Za-z0-9][\w'’-]*", en.words)) <= 1500
    assert len(re.findall(r"[\u4e00-\u9fff]", zh.words)) <= 2500


def test_readmes_are_short_and_equal():
    en, zh = Source(ROOT / "README.md"), Source(ROOT / "README.zh.md")
    for name in ("README.md", "README.zh.md"):
        assert len((ROOT / name).read_text("utf-8").splitlines()) <= 80
    assert [level for level, _ in en.headings] == [level for level, _ in zh.headings]
    assert [*en.links[1:]] == [*zh.links[1:]]  # the first leads to the other language
    assert (en.links[0], zh.links[0]) == ("README.zh.md", "README.md")
    assert [_commands(f) for f in en.fences] == [_commands(f) for f in zh.fences]
    assert _first_cells(en) == _first_cells(zh)


def _commands(fence: str) -> list[str]:
    return [line.partition("#")[0].rstrip() for line in fence.splitlines()]


def _first_cells(page: Source) -> list[list[str]]:
    rows = re.findall(r"^\|([^|]*)", page.prose, re.M)
    return [re.findall(r"`[^`]+`", row) for row in rows]


# The glossary


def test_every_term_is_whole_and_has_an_id_of_its_own():
    ids = [term["id"] for term in GLOSSARY]
    assert sorted(set(ids)) == sorted(ids)
    for term in GLOSSARY:
        assert set(term) == {"id", "en", "zh", "meaning", "forbid"}
        assert set(term["meaning"]) == set(term["forbid"]) == {"en", "zh"}
        assert re.fullmatch(r"[a-z-]+", term["id"])
        assert term["meaning"]["en"].endswith(".") and term["meaning"]["zh"].endswith("。")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_page_uses_a_forbidden_variant(lang):
    texts = {name: Source(DOCS / lang / name).words for name in NAMES}
    texts["glossary.toml"] = "\n".join(t[lang] + t["meaning"][lang] for t in GLOSSARY)
    found = [
        (name, variant)
        for name, text in texts.items()
        for term in GLOSSARY
        for variant in term["forbid"][lang]
        if variant.lower() in text.lower()
    ]
    assert found == []


# The built site


class Page(HTMLParser):
    """What a built page holds: ids, links, what it loads, the language switch."""

    LOADS = {("link", "href"), ("object", "data"), ("video", "poster"), ("image", "href")}
    VISITED = {"canonical", "prev", "next", "alternate"}  # <link>s that a browser does not fetch

    def __init__(self, url: str, text: str) -> None:
        super().__init__()
        self.url, self.ids, self.links, self.loads = url, set(), [], []
        self.switch, self.lang, self.scripts, self.figures = {}, "", [], []
        self.meta, self.canonical, self.h1 = {}, "", 0
        self.feed(text)
        self.title = re.findall(r"<title>(.*?)</title>", text)[0]

    def handle_starttag(self, tag, attrs):
        at = dict(attrs)
        self.ids |= {at[key] for key in ("id", "name") if at.get(key)}
        if tag == "html":
            self.lang = at["lang"]
        if tag == "a" and "href" in at:
            self.links.append(at["href"])
            if "data-switch" in at:
                self.switch[at["data-switch"]] = urljoin(self.url, at["href"])
        if tag == "meta" and "name" in at:
            self.meta[at["name"]] = at["content"]
        if tag == "link" and at["rel"] == "canonical":
            self.canonical = at["href"]
        self.h1 += tag == "h1"
        if tag == "figure":
            self.figures.append(at.get("aria-label"))
        if tag == "script" and "src" in at:
            self.scripts.append(urljoin(self.url, at["src"]))
        self.loads += re.findall(r"url\(['\"]?([^'\")]+)", at.get("style") or "")
        for key, value in attrs:
            fetched = key in ("src", "srcset") or (tag, key) in self.LOADS
            if fetched and not (tag == "link" and at.get("rel") in self.VISITED):
                self.loads += [part.split()[0] for part in (value or "").split(",") if part.strip()]


@pytest.fixture(scope="session")
def pages(built) -> dict[str, Page]:
    """Every built page by its address: `http://…/zh/02_select/`."""
    found = {}
    for path in built.rglob("*.html"):
        url = URL + path.relative_to(built).as_posix().removesuffix("index.html")
        found[url] = Page(url, path.read_text("utf-8"))
    return found


def test_every_page_is_built_in_both_languages(pages):
    for name in NAMES:
        address = "" if name == "index.md" else f"{name.removesuffix('.md')}/"
        assert pages[URL + address].lang == "en"
        assert pages[f"{URL}zh/{address}"].lang == "zh"


def test_no_page_loads_from_another_host(built, pages):
    loads = [(p.url, load) for p in pages.values() for load in p.loads]
    assert len(loads) > len(pages)  # the parser does see what a page loads
    assert [x for x in loads if not urljoin(x[0], x[1]).startswith((URL, "data:"))] == []
    for css in built.rglob("*.css"):
        text = css.read_text("utf-8")
        assert not re.search(r"url\(\s*['\"]?(https?:)?//|@import", text), css.name
    for page in built.rglob("*.html"):
        assert not re.search(r"url\(\s*['\"]?(https?:)?//|@import", page.read_text("utf-8"))


def test_every_internal_link_and_anchor_resolves(built, pages):
    broken = []
    for page in pages.values():
        for link in page.links + page.loads:
            target = urlsplit(urljoin(page.url, link))
            if not urljoin(page.url, link).startswith(URL):
                continue
            address = URL + target.path.lstrip("/")
            address = urljoin(address, ".") if address.endswith("/.") else address
            known = pages.get(address)
            if known:
                right = not target.fragment or unquote(target.fragment) in known.ids
            else:
                right = (built / unquote(target.path).lstrip("/")).is_file()
            if not right:
                broken.append((page.url, link))
    assert broken == []


def test_the_language_switch_stays_on_the_page(pages):
    for url, page in pages.items():
        path = PurePosixPath(urlsplit(url).path).relative_to("/").as_posix()
        here = "" if path in (".", "zh") or path.endswith("404.html") else path + "/"
        here = here.removeprefix("zh/")
        assert page.switch == {"en": URL + here, "zh": f"{URL}zh/{here}"}, url
        assert set(page.switch.values()) <= set(pages)


def test_the_first_visit_script_is_on_every_page_and_guarded(built, pages):
    script = (built / "assets/js/site.js").read_text("utf-8")
    assert all(f"{URL}assets/js/site.js" in page.scripts for page in pages.values())
    uses = [line for line in script.splitlines() if "localStorage" in line]
    assert len(uses) == 2 and all("try {" in line and "} catch {" in line for line in uses)
    assert "navigator.languages" in script
    assert not any(b"language-offer" in p.read_bytes() for p in built.rglob("*.html"))


def test_a_page_says_what_it_is(pages):
    """What a search engine and a reader with many tabs go by."""
    whole = {url: page for url, page in pages.items() if not url.endswith("404.html")}
    for url, page in whole.items():
        assert (
            page.canonical == url and page.h1 == 1 and "width=device-width" in page.meta["viewport"]
        )
        assert "noindex" not in page.meta.get("robots", "")
        assert page.title.removesuffix(" - looplab") not in ("", "looplab")
    assert len({page.title for page in whole.values()}) == len(whole)
    assert len({page.meta["description"] for page in whole.values()}) == len(whole)


def test_figures_have_a_text(pages):
    assert all(label for page in pages.values() for label in page.figures)


def test_an_unchanged_site_is_not_stale(built, tmp_path):
    assert not site.stale(built)
    assert site.stale(tmp_path / "nothing")


def test_the_file_server_knows_types_and_the_404_page(built):
    server, url = site.serve(built, 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        types = {
            "": "text/html; charset=utf-8",
            "zh/": "text/html; charset=utf-8",
            "assets/js/site.js": "text/javascript; charset=utf-8",
            "assets/css/site.css": "text/css; charset=utf-8",
        }
        for path, expected in types.items():
            with urllib.request.urlopen(url + path) as answer:
                assert answer.headers["Content-Type"] == expected
                plain = answer.read()
            request = urllib.request.Request(url + path, headers={"Accept-Encoding": "gzip"})
            with urllib.request.urlopen(request) as answer:
                assert answer.headers["Content-Type"] == expected
                assert gzip.decompress(answer.read()) == plain
            request.add_header("If-None-Match", answer.headers["ETag"])
            with pytest.raises(urllib.error.HTTPError) as caught:
                urllib.request.urlopen(request)
            assert caught.value.code == 304 and not caught.value.read()
        for path, lang in (("nothing/", "en"), ("zh/nothing", "zh"), ("assets/", "en")):
            with pytest.raises(urllib.error.HTTPError) as caught:
                urllib.request.urlopen(url + path)
            assert caught.value.code == 404
            body = caught.value.read().decode()
            assert f'<html lang="{lang}"' in body and "找不到页面" in body
    finally:
        server.shutdown()
        server.server_close()


def test_a_broken_site_is_refused_and_every_fault_named(tmp_path):
    for name in ("docs", "hooks", "overrides", "lessons", "solutions", "tests/wrong"):
        shutil.copytree(ROOT / name, tmp_path / name, dirs_exist_ok=True)
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    for path in [*ROOT.glob("mkdocs*.yml"), ROOT / "zh_terms.txt"]:
        shutil.copy(path, tmp_path)
    (tmp_path / "docs/en/index.md").write_text(BROKEN, "utf-8")
    (tmp_path / "docs/en/extra.md").write_text("# Extra\n", "utf-8")
    program = "from looplab import site\ntry: site.build()\nexcept site.SiteError as e: print(e)"
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "src"), "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd="/", env=environment, capture_output=True, text=True
    )
    for fault in (
        "docs/en/index.md:7: {{ code solutions/none.py }}",
        "docs/en/index.md:9: {{ exercise 99.9 }}: no exercise 99.9",
        "#no-such-heading",
        "no-such-page.md",
        "loads from another host",
        "one language only: extra.md",
        "extra.md: no description",
    ):
        assert fault in done.stdout, done.stdout + done.stderr
    assert not (tmp_path / ".looplab/site").exists()


BROKEN = """---
title: "x"
description: "x"
---
# Title { #title }

{{ code solutions/none.py }}

{{ exercise 99.9 }}

[anchor](setup.md#no-such-heading) [page](no-such-page.md) ![x](https://example.org/x.png)
"""


# The embeds

LESSON = """
title = { en = "Wait `select`", zh = "等 `select`" }
idea = { en = "Ask first.", zh = "先问。" }
minutes = 60
[[question]]
id = "02.q1"
after = "demo"
answer = 2
ask = { en = "What happens?", zh = "会怎样？" }
why = { en = "Because.", zh = "因为。" }
choice = [{ en = "nothing", zh = "没什么" }, { en = "all", zh = "全部" }]
[[exercise]]
id = "02.1"
kind = "holes"
file = "logger.py"
holes = ["Box.close", "Box.open"]
points = 2
hard = true
title = { en = "Logger", zh = "日志服务器" }
task = { en = "Write `serve`.", zh = "写出 `serve`。" }
after = { en = "So.", zh = "就这样。" }
break = { line = "pass", does = { en = "rests", zh = "歇着" }, check = "one", fault = "stuck" }
hint = [{ en = "a", zh = "一" }, { en = "b", zh = "二" }, { en = "c", zh = "三" }]
check = [{ id = "one", title = { en = "one comes", zh = "来一个" }, docs = "run" }]
[[exercise]]
id = "02.2"
kind = "repair"
file = "logger2.py"
start = "eager.py"
points = 1
title = { en = "Again", zh = "再来" }
task = { en = "Repair it.", zh = "修好它。" }
after = { en = "So.", zh = "就这样。" }
break = { line = "pass", does = { en = "rests", zh = "歇着" }, check = "one", fault = "stuck" }
hint = [{ en = "a", zh = "一" }, { en = "b", zh = "二" }, { en = "c", zh = "三" }]
check = [{ id = "one", title = { en = "one comes", zh = "来一个" }, docs = "run" }]
"""
PROGRAM = '''"""A program."""
LIMIT = 4096


def decorate(f):
    return f


class Box:
    @decorate
    def close(self):
        """```

        Closes the `box`.
        """
        return LIMIT

    def open(self):
        pass
'''


@pytest.fixture
def root(tmp_path) -> Path:
    """A small course to embed from."""
    for name, text in {
        "lessons/02_select/lesson.toml": LESSON,
        "solutions/02_select/logger.py": PROGRAM,
        "tests/wrong/02_select/eager.py": '# fails 02.1 one stuck\n"""Believes."""\n',
        "tests/wrong/02_select/eager.en.txt": "✗ 02.1 <one>\n",
        "tests/wrong/02_select/eager.zh.txt": "✗ 02.1 一\n",
        "docs/records/02_select/demo.txt": "A connects\n",
        "docs/figures/lamps.svg": SVG,
        "docs/figures/script.svg": SVG.replace("<g/>", "<script/>"),
        "docs/figures/torn.svg": "<svg",
        "docs/figures/play.en.html": "<p>play</p>\n\n<p>on</p>",
        "docs/figures/play.zh.html": "<p>玩</p>",
        "docs/glossary.toml": '[[term]]\nid = "eof"\nen = "EOF"\nzh = "文件结束"\n'
        'meaning = { en = "`b\'\'` <end>.", zh = "结束。" }\nforbid = { en = [], zh = [] }\n',
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path


SVG = """<?xml version="1.0"?>
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><g/></svg>
"""


def render(root: Path, text: str, lang: str = "en") -> str:
    options = {"lang": lang, "root": str(root), "page": "docs/en/02.md", "offset": 10}
    names = ["attr_list", "md_in_html", "admonition", "pymdownx.superfences"]
    md = Markdown(
        extensions=[*names, "looplab.site.excerpt"],
        extension_configs={"looplab.site.excerpt": options},
    )
    return str(md.convert(text))


def plain(html: str) -> str:
    return re.sub(r"<[^>]+>", "", html)


@pytest.mark.parametrize(
    "embed",
    [
        "code solutions/02_select/none.py",
        "code solutions/02_select/logger.py#nothing",
        "code solutions/02_select/logger.py#Box.nothing",
        "code docs/records/02_select/demo.txt#name",
        "code ../outside.py",
        "code /etc/hostname",
        "code",
        "text docs/records/02_select/none.txt",
        "text docs/records",
        "failure tests/wrong/02_select/none",
        "failure docs/records/02_select/demo",
        "exercise 02.9",
        "question 02.q9",
        "figure none.svg | alt",
        "figure none.html | alt",
        "figure lamps.svg",
        "figure lamps.svg |",
        "figure lamps.png | alt",
        "figure torn.svg | alt",
        "figure script.svg | alt",
        "glossary now",
        "course now",
        "nonsense 02.1",
    ],
)
def test_an_embed_that_names_nothing_says_so_with_page_and_line(root, caplog, embed):
    html = render(root, f"text\n\n{{{{ {embed} }}}}\n")
    (record,) = caplog.records
    assert record.levelno == logging.WARNING and record.name.startswith("mkdocs.")
    assert record.getMessage().startswith(f"docs/en/02.md:13: {{{{ {embed} }}}}: ")
    assert "embed-error" in html


@pytest.mark.parametrize(
    "text",
    [
        "see {{ exercise 02.1 }}",
        "{{ exercise 02.1 }} and more",
        "{{ exercise 02.1",
        "{{ }}",
        "- item\n\n    {{ exercise 02.1 }}",
        "- item\n\n    {{ glossary }}",
    ],
)
def test_an_embed_in_the_wrong_place_is_refused(root, caplog, text):
    render(root, text)
    assert len(caplog.records) == 1


def test_a_broken_lesson_is_named(root, caplog):
    (root / "lessons/02_select/lesson.toml").write_text("title =", "utf-8")
    render(root, "{{ course }}")
    assert "lesson.toml:1" in caplog.text


def test_nothing_is_embedded_in_code(root, caplog):
    html = render(root, "`{{ course }}`\n\n```text\n{{ course }}\n```\n\n~~~\n{{ x }}\n~~~\n")
    assert plain(html).count("{{ course }}") == 2 and not caplog.records


def test_code_is_found_by_name_and_dedented(root):
    html = plain(render(root, "{{ code solutions/02_select/logger.py#Box.close }}"))
    assert "@decorate\ndef close(self):" in html
    assert "    return LIMIT" in html and "def open" not in html
    assert "solutions/02_select/logger.py" in html
    assert "LIMIT = 4096" in plain(render(root, "{{ code solutions/02_select/logger.py#LIMIT }}"))
    assert "class Box" in plain(render(root, "{{ code solutions/02_select/logger.py }}"))


def test_what_a_learner_edits_is_shown_as_it_was_before(root):
    (root / "lessons/02_select/logger.py").write_text("changed", "utf-8")
    (root / "lessons/02_select/demo.py").write_text("demo = 1", "utf-8")
    html = plain(render(root, "{{ code lessons/02_select/logger.py#Box.close }}"))
    assert "Closes the `box`." in html and "TODO 02.1 Box.close" in html and "LIMIT" not in html
    assert "demo = 1" in plain(render(root, "{{ code lessons/02_select/demo.py }}"))
    html = plain(render(root, "{{ code lessons/02_select/logger2.py }}"))
    assert "# fails" not in html and "Believes" in html


def test_code_can_stand_in_an_admonition(root):
    html = render(root, '!!! note "N"\n    {{ code solutions/02_select/logger.py#Box.open }}\n')
    assert re.search(r'<div class="admonition note">.*def.*</div>', html, re.S)


def test_a_wrong_program_is_shown_without_the_mark_of_the_corpus(root):
    html = plain(render(root, "{{ code tests/wrong/02_select/eager.py }}"))
    assert "Believes" in html and "# fails" not in html


def test_transcripts_and_failures_are_shown_as_they_are(root):
    assert "A connects" in plain(render(root, "{{ text docs/records/02_select/demo.txt }}"))
    failure = "{{ failure tests/wrong/02_select/eager }}"
    assert "✗ 02.1 &lt;one&gt;" in plain(render(root, failure))
    assert "✗ 02.1 一" in plain(render(root, failure, "zh"))


def test_figures_are_inlined_with_their_text(root):
    html = render(root, '{{ figure lamps.svg | two "lamps" }}')
    assert 'role="img" aria-label="two &quot;lamps&quot;"><svg aria-hidden' in html
    assert "<?xml" not in html
    html = render(root, "{{ figure play.html | a game }}")
    assert "<p>play</p>" in html and "<p>on</p>" in html and 'aria-label="a game"' in html
    assert "玩" in render(root, "{{ figure play.html | 一个游戏 }}", "zh")


def test_the_box_of_an_exercise(root):
    html = render(root, "{{ exercise 02.1 }}")
    assert 'id="exercise-02-1"' in html and "embed-error" not in html
    assert '<a href="02_select.md#run">one comes</a>' in html
    text = plain(html)
    for part in ("02.1", "Logger", "points: 2", "hard", "Write serve.", "Box.close", "one comes"):
        assert part in text
    assert "lessons/02_select/logger.py" in text and "./looplab check 02.1" in text
    assert "<details>" in html and "Remove pass, which rests. Then check 1 fails: one" in text
    assert "日志服务器" in plain(render(root, "{{ exercise 02.1 }}", "zh"))


def test_the_box_of_a_question_folds_its_answer(root):
    html = render(root, "{{ question 02.q1 }}")
    before, _, folded = html.partition("<details")
    assert "nothing" in before and "all" in before and "./looplab answer 02.q1" in plain(before)
    assert "Because" not in before and "Because" in folded
    assert "因为" in render(root, "{{ question 02.q1 }}", "zh")


def test_the_list_of_lessons(root):
    html = render(root, "{{ course }}")
    assert 'href="02_select.md"' in html and "<code>select</code>" in html
    assert "60" in html and "Ask first." in html


def test_the_glossary_has_anchors_and_both_languages(root):
    html = render(root, "{{ glossary }}")
    assert '<tr id="eof"><th scope="row">EOF</th><td lang="zh">文件结束</td>' in html
    assert "<code>b''</code> &lt;end&gt;." in html
    assert '<th scope="row">文件结束</th><td lang="en">EOF</td>' in render(
        root, "{{ glossary }}", "zh"
    )


def test_a_wrapped_chinese_paragraph_has_no_gaps():
    md = Markdown(extensions=["looplab.site.wrap"])
    html = md.convert("第一行，\n第二行\n*着重*\n又一行\nselect 之后\n\n    代码\n    代码\n")
    assert "第一行，第二行<em>着重</em>又一行\nselect 之后" in html
    assert "代码\n代码" in html


def test_the_mask_strip_shows_what_was_recorded():
    """Every event of docs/records/03_poll/masks.txt lights the same lamps in the figure."""
    recorded = {}
    for line in (ROOT / "docs/records/03_poll/masks.txt").read_text("utf-8").splitlines():
        event, *lamps = re.split(r"\s{2,}", line.strip())
        recorded[event] = [lamp for lamp in lamps if lamp != "-"]
    for lang in ("en", "zh"):
        text = (ROOT / f"docs/figures/03_masks.{lang}.html").read_text("utf-8")
        drawn = re.findall(r'data-event="([^"]*)" data-bits="([^"]*)"', text)
        assert {event: bits.split() for event, bits in drawn} == recorded


TANKS = """
record = "02_select/tanks.txt"
shown = 2
legend = { en = "Two tanks", zh = "两个水箱" }
lit = { en = "lit", zh = "亮" }
dark = { en = "dark", zh = "灭" }
tank = [{ en = "yours", zh = "你的" }, { en = "sent", zh = "已发" }]
step = [{ en = "begin", zh = "开始" }, { en = "send <1>", zh = "发送" }]
"""
LEVELS = (
    "      yours  sent  OUT\n 1  begin    2,000      0  lit\n 2  send -> 500  1,500  500  dark\n"
)


def test_tanks_are_drawn_from_the_record(root):
    (root / "docs/figures").mkdir(parents=True, exist_ok=True)
    (root / "docs/figures/tanks.toml").write_text(TANKS, "utf-8")
    (root / "docs/records/02_select/tanks.txt").write_text(LEVELS, "utf-8")
    html = render(root, "{{ figure tanks.toml | Two tanks }}")
    steps = html.split('<div class="tanks-step">')[1:]
    assert "--level:100.0%" in steps[0] and "--level:0.0%" in steps[0]
    assert "--level:75.0%" in steps[1] and "<b>1,500</b>" in steps[1] and "<b>500</b>" in steps[1]
    assert "checked" in steps[1] and "checked" not in steps[0]
    assert "tank-lamp on" in steps[0] and "tank-lamp on" not in steps[1]
    assert "send &lt;1&gt;" in steps[1]
    assert "两个水箱" in render(root, "{{ figure tanks.toml | 水箱 }}", "zh")


def test_tanks_that_do_not_fit_their_record_are_told(root, caplog):
    (root / "docs/figures").mkdir(parents=True, exist_ok=True)
    (root / "docs/figures/tanks.toml").write_text(TANKS, "utf-8")
    (root / "docs/records/02_select/tanks.txt").write_text(LEVELS + LEVELS, "utf-8")
    render(root, "{{ figure tanks.toml | Two tanks }}")
    assert "2 steps, and 4 rows" in caplog.text


def test_the_numbers_of_the_pages_of_04_are_those_of_its_figure():
    """Three tanks hold what the program had, less what the peer has read."""
    rows = tanks.levels((ROOT / "docs/records/04_nonblocking/demo.txt").read_text("utf-8"), 3)
    assert len(rows) == 8 and {lit for _, lit in rows} == {True, False}
    assert [sum(row) for row, _ in rows[:4]] == [1 << 20] * 4
    assert sum(rows[4][0]) == (1 << 20) - 10_000
    assert rows[-1] == ([0, 0, 0], True)
