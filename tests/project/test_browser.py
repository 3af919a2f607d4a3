"""The pages in a real browser, as a reader meets them: Chromium over the built site, with axe.

Each page is visited once, by somebody who was never there before; the tests ask what came of it.
Without Chromium they are left out, but for CI, where they fail.
"""

import os
import re
import shutil
import sys
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

pytest.importorskip("mkdocs", reason="the site needs the packages of requirements/dev.txt")
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from looplab import site
from looplab.course import ROOT

NAMES = sorted(path.stem for path in (ROOT / "docs" / "en").glob("*.md"))
PAGES = [
    f"{lang}{name}"
    for lang in ("", "zh/")
    for name in ("", *(f"{name}/" for name in NAMES if name != "index"), "404.html")
]
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
NAMES_OF_CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
STILL = "*, ::before, ::after { transition: none !important; animation: none !important }"
SHIFTS = """
  window.shift = 0
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value
  }).observe({ type: "layout-shift", buffered: true })
"""
PATIENCE = 30_000  # milliseconds for what takes a fraction of a second on an idle machine
WEIGHT = 400_000  # bytes on the wire at the first visit

expect.set_options(timeout=PATIENCE)


def chromium(bundled: str) -> str:
    """The browser: the system's, else the one that Playwright has fetched."""
    places = [*map(shutil.which, NAMES_OF_CHROMIUM), MAC, bundled]
    found = next((place for place in places if place and Path(place).is_file()), None)
    if found is None:
        message = "no Chromium: apt install chromium, or .venv/bin/playwright install chromium"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for all tests; at work in a folder that goes with it."""
    with sync_playwright() as playwright:
        root = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium's own condition
        place = chromium(playwright.chromium.executable_path)
        browser = playwright.chromium.launch(executable_path=place, args=root)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def url(built: Path) -> Iterator[str]:
    """Where `looplab docs` serves the site."""
    server, url = site.serve(built, 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield url
    server.shutdown()
    server.server_close()


@contextmanager
def new_page(browser: Browser, locale: str = "en-US", **options: object) -> Iterator[Page]:
    """A page of a reader who was never there: nothing stored, nothing cached."""
    context = browser.new_context(locale=locale, viewport=WIDE, **options)  # type: ignore[arg-type]
    try:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        yield page
    finally:
        context.close()


def open_page(page: Page, address: str) -> None:
    """Go there, and wait for the search: it is what comes last."""
    page.goto(address)
    expect(page.locator(".md-search-result__meta")).not_to_have_text(
        re.compile("Initializing|正在初始化")
    )


@pytest.mark.parametrize(("ci", "end"), [("", pytest.skip.Exception), ("1", pytest.fail.Exception)])
def test_without_chromium_only_ci_fails(monkeypatch, ci, end):
    monkeypatch.setenv("CI", ci)
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(sys.modules[__name__], "MAC", "/nowhere/chrome")
    with pytest.raises(end, match="no Chromium"):
        chromium("/nowhere/chrome")


# What a first visit comes to


@dataclass
class Visit:
    """What was fetched, what was complained of, and what axe says: wide and light, narrow and
    dark."""

    requests: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    weight: int = 0
    shift: float = 0.0
    wider: int = 0  # pixels that a phone would have to scroll sideways
    violations: list[str] = field(default_factory=list)


@pytest.fixture(scope="module", params=PAGES)
def seen(request: pytest.FixtureRequest, browser: Browser, url: str) -> Visit:
    """One visit to each page."""
    path = request.param
    seen = Visit()
    with new_page(browser, "zh-CN" if path.startswith("zh/") else "en-US") as page:
        finished = []
        page.on("request", lambda request: seen.requests.append(request.url))
        page.on("requestfinished", lambda request: finished.append(request))
        page.on("requestfailed", lambda request: seen.failed.append(request.url))
        page.on("response", lambda got: got.ok or seen.failed.append(f"{got.status} {got.url}"))
        page.on("console", lambda said: seen.complaints.append(f"{said.type}: {said.text}"))
        page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        page.add_init_script(SHIFTS)
        open_page(page, url + path)
        sizes = [request.sizes() for request in finished]
        seen.weight = sum(one["responseHeadersSize"] + one["responseBodySize"] for one in sizes)
        seen.shift = page.evaluate("window.shift")
        page.add_style_tag(content=STILL)
        seen.violations += [f"wide, light: {one}" for one in violations(page)]
        page.locator("[data-md-component=palette] label:visible").click()
        expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")
        page.set_viewport_size(PHONE)
        seen.wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        seen.violations += [f"phone, dark: {one}" for one in violations(page)]
    return seen


def violations(page: Page) -> list[str]:
    return [
        f"{one['impact']} {one['id']}: {node['html'][:100]} {node['failureSummary'][:200]}"
        for one in Axe().run(page).response["violations"]
        for node in one["nodes"]
    ]


def test_a_page_asks_this_host_alone_and_gets_all_it_asks_for(seen, url):
    assert [request for request in seen.requests if not request.startswith(url)] == []
    assert seen.failed == []
    for part in ("search_index.json", "workers/search", "site.css", "bundle"):
        assert any(part in request for request in seen.requests), "the browser did see them"


def test_the_first_visit_is_light(seen):
    assert 50_000 < seen.weight <= WEIGHT


def test_no_script_complains(seen):
    assert seen.complaints == []


def test_axe_finds_nothing_wide_and_light_or_narrow_and_dark(seen):
    assert seen.violations == []


def test_axe_sees_what_is_wrong(browser, url):
    """Its silence on the pages says something."""
    with new_page(browser) as page:
        open_page(page, url)
        page.evaluate("document.querySelector('h1').style.color = '#eee'")
        assert any("color-contrast" in one for one in violations(page))


def test_a_phone_scrolls_down_only(seen):
    assert seen.wider <= 0


def test_nothing_jumps_while_a_page_loads(seen):
    assert seen.shift < 0.05


# What a reader does


def test_the_theme_is_that_of_the_system_until_one_is_chosen(browser, url):
    with new_page(browser, color_scheme="dark") as page:
        open_page(page, url)
        body = page.locator("body")
        expect(body).to_have_attribute("data-md-color-scheme", "slate")
        page.locator("[data-md-component=palette] label:visible").click()
        expect(body).to_have_attribute("data-md-color-scheme", "default")
        open_page(page, url + "zh/02_select/")  # another page, in the other language
        expect(body).to_have_attribute("data-md-color-scheme", "default")


def test_the_language_switch_stays_in_the_section(browser, url):
    with new_page(browser) as page:
        page.goto(f"{url}03_poll/#hangup")
        for lang, there in (("zh", "zh/03_poll/#hangup"), ("en", "03_poll/#hangup")):
            page.locator(".md-header .md-select button").hover()
            page.locator(f".md-header a[data-switch={lang}]").click()
            expect(page).to_have_url(url + there)
            expect(page.locator("html")).to_have_attribute("lang", lang)


@pytest.mark.parametrize(
    ("start", "locale", "other"), [("", "zh-CN", "zh/"), ("zh/", "en-US", "")], ids=["zh", "en"]
)
def test_a_first_visitor_is_offered_the_other_language_once(browser, url, start, locale, other):
    with new_page(browser, locale) as page:  # stays
        page.goto(url + start)
        offer = page.locator(".language-offer")
        expect(offer).to_be_visible()
        assert violations(page) == []
        offer.get_by_role("button").click()
        expect(offer).to_have_count(0)
        open_page(page, f"{url}{start}02_select/")
        expect(offer).to_have_count(0)
    with new_page(browser, locale) as page:  # goes, and comes back
        page.goto(url + start)
        offer = page.locator(".language-offer")
        offer.get_by_role("link").click()
        expect(page).to_have_url(url + other)
        open_page(page, url + start)
        expect(offer).to_have_count(0)


@pytest.mark.parametrize(("start", "locale"), [("", "en-US"), ("zh/", "zh-CN"), ("", "de-DE")])
def test_who_is_in_the_right_place_is_offered_nothing(browser, url, start, locale):
    with new_page(browser, locale) as page:
        open_page(page, url + start)
        expect(page.locator(".language-offer")).to_have_count(0)


@pytest.mark.parametrize(
    ("start", "word", "found"),
    [
        ("", "half-close", "03_poll/"),
        ("", "backlog", "02_select/"),
        ("", "ConnectionResetError", "02_select/"),
        ("zh/", "半关闭", "zh/03_poll/"),
        ("zh/", "空转", "zh/02_select/"),
        ("zh/", "等待队列", "zh/02_select/"),
        ("zh/", "套接字", "zh/glossary/"),
        ("zh/", "getpeername", "zh/03_poll/"),
    ],
)
def test_search_finds_words_of_the_pages(browser, url, start, word, found):
    with new_page(browser, "zh-CN" if start else "en-US") as page:
        open_page(page, url + start)
        page.keyboard.press("/")
        expect(page.locator("input.md-search__input")).to_be_focused()
        page.keyboard.insert_text(word)
        page.keyboard.press("Shift")  # the search looks when a key comes up
        result = page.locator(f'.md-search-result__link[href^="{url}{found}"]').first
        expect(result).to_be_visible()
        result.click()
        expect(page).to_have_url(re.compile(re.escape(url + found)))
        expect(page.locator("article")).to_contain_text(word, ignore_case=True)


def test_search_does_not_find_what_is_nowhere(browser, url):
    with new_page(browser) as page:
        open_page(page, url)
        page.locator("input.md-search__input").fill("photosynthesis")
        page.keyboard.press("Shift")
        expect(page.locator(".md-search-result__meta")).to_have_text("No matching documents")


STOP = """() => {
  const at = document.activeElement
  const shown = at.matches(".md-option") ? at.nextElementSibling : at // the theme's switch
  const style = getComputedStyle(shown)
  return {
    what: at.outerHTML.slice(0, 120),
    place: at.closest("article") ? "article" : at.closest("header, nav, footer")?.tagName ?? "",
    switches: at.dataset.switch ?? "",
    search: at.matches(".md-search__input"),
    ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0,
  }
}"""


def test_the_keyboard_is_enough(browser, url):
    """The skip link comes first and leads to the text; whatever has the focus shows it."""
    with new_page(browser) as page:
        open_page(page, url + "02_select/")
        stops = []
        while not stops or (stops[-1]["what"][:5] != "<body" and len(stops) < 300):
            page.keyboard.press("Tab")
            stops.append(page.evaluate(STOP))
        assert stops.pop()["what"].startswith("<body"), "Tab leaves the page at its end"
        assert "md-skip" in stops[0]["what"]
        assert {"en", "zh"} <= {stop["switches"] for stop in stops}
        assert any(stop["search"] for stop in stops)
        assert sum(stop["place"] == "article" for stop in stops) > 20
        assert [stop["what"] for stop in stops if not stop["ring"]] == []
        page.reload()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate(STOP)["place"] == "article"


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_a_page_reads_without_script(browser, url, size):
    with new_page(browser, java_script_enabled=False) as page:
        page.set_viewport_size(size)
        page.goto(f"{url}02_select/")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.locator(".figure svg")).to_be_visible()
        answer = page.locator("details").first
        answer.locator("summary").click()
        expect(answer.locator("p").first).to_be_visible()
        for dead in (".md-search__form", "label[for=__search]", "[data-md-component=palette]"):
            expect(page.locator(dead).first).to_be_hidden()
        if size is PHONE:
            page.locator("label.md-header__button[for=__drawer]").click()
            expect(page.get_by_role("link", name="Glossary").first).to_be_in_viewport()
            page.keyboard.press("Escape")
            page.goto(f"{url}02_select/")
        page.locator(".md-header .md-select button").hover()
        page.locator(".md-header a[data-switch=zh]").click()
        expect(page).to_have_url(f"{url}zh/02_select/")


CUT = """() => [...document.querySelectorAll("article pre, article table, article .figure")]
  .filter(e => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX !== "visible")
  .map(e => e.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize("path", ["03_poll/", "zh/02_select/"])
def test_a_page_prints(browser, url, path):
    """No furniture, every fold open, no line of code cut off."""
    with new_page(browser) as page:
        open_page(page, url + path)
        page.emulate_media(media="print")
        for furniture in (".md-header", ".md-sidebar", ".md-footer", ".md-clipboard", ".md-top"):
            for one in page.locator(furniture).all():
                expect(one).to_be_hidden()
        for fold in page.locator("details").all():
            expect(fold.locator("p").last).to_be_visible()
        page.set_viewport_size({"width": 700, "height": 1000})  # about A4 between its margins
        assert page.evaluate(CUT) == []
        pdf = page.pdf(format="A4")
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.S)
    drawn = b"".join(zlib.decompressobj().decompress(s) for s in streams if s[:1] == b"x")
    assert pdf.startswith(b"%PDF") and len(re.findall(rb"/Type\s*/Page\b", pdf)) >= 3
    assert len(re.findall(rb"T[jJ]\s", drawn)) > 500, "the text is text and no picture"
