"""What the pages need: building the site of both languages, and serving a built one.

Importing this module is cheap; mkdocs is imported by `build` only.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import logging
import os
import shutil
from collections.abc import Iterator
from functools import lru_cache
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from looplab.course import ROOT, CourseError, load

DEFAULT = ROOT / ".looplab" / "site"
STAMP = "sources.sha256"  # in the built site: what it was built from
FOLDERS = ("docs", "hooks", "overrides", "lessons", "solutions", "tests/wrong", "src/looplab/site")


class SiteError(Exception):
    """The site could not be built as it should be; holds every warning, one a line."""


class _Warnings(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def build(out: Path | None = None, *, site_url: str | None = None, strict: bool = True) -> Path:
    """Build the site of both languages into `out`, replacing what was there only when it is whole.

    Raises SiteError for any warning (for errors only, when not `strict`). `site_url` is where the
    site will be served; without it the environment's SITE_URL, else http://127.0.0.1:8000/.
    """
    os.environ["NO_MKDOCS_2_WARNING"] = "1"  # pinned below 2: read by the theme when it is imported
    from mkdocs.commands.build import build as build_pages
    from mkdocs.config import load_config
    from mkdocs.exceptions import MkDocsException

    out = out or DEFAULT
    out.parent.mkdir(parents=True, exist_ok=True)
    new = out.with_name(out.name + ".new")
    options = {"site_url": site_url} if site_url else {}
    before = fingerprint()
    logger, warnings = logging.getLogger("mkdocs"), _Warnings()
    logger.addHandler(warnings)
    try:
        build_pages(
            load_config(str(ROOT / "mkdocs.yml"), site_dir=str(new), strict=strict, **options)
        )
    except MkDocsException as error:
        raise SiteError("\n".join(warnings.lines) or str(error)) from None
    finally:
        logger.removeHandler(warnings)
    if strict and warnings.lines:
        raise SiteError("\n".join(warnings.lines))
    (new / STAMP).write_text(before + "\n", "utf-8")
    if out.exists():
        shutil.rmtree(out)
    new.rename(out)
    return out


def stale(out: Path | None = None) -> bool:
    """Whether `out` is missing or was built from other sources than there are now."""
    try:
        return ((out or DEFAULT) / STAMP).read_text("utf-8").strip() != fingerprint()
    except OSError:
        return True


def fingerprint() -> str:
    """One hash over the name and content of everything the pages are made of.

    The files that a learner edits are not among them: no page shows them.
    """
    total = hashlib.sha256()
    for path in sorted(_sources()):
        total.update(f"{path.relative_to(ROOT).as_posix()}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _sources() -> Iterator[Path]:
    try:
        edited = {ROOT / "lessons" / e.path for e in load(ROOT).exercises}
    except CourseError:
        edited = set()
    for name in ("mkdocs*.yml", "zh_terms.txt", "src/looplab/messages.toml"):
        yield from ROOT.glob(name)
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and path not in edited and "__pycache__" not in path.parts:
                yield path


@lru_cache(128)
def _packed(path: Path, version: int) -> bytes:
    """A file compressed; `version` is what it is kept under, and changes with the file."""
    return gzip.compress(path.read_bytes(), 6, mtime=0)


class _Server(ThreadingHTTPServer):
    daemon_threads = True  # an open connection never keeps the program alive


class _Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Said here in full: the machine's own table (mime.types, a registry) may be wrong.
    extensions_map = {
        "": "application/octet-stream",
        ".css": "text/css; charset=utf-8",
        ".gz": "application/gzip",
        ".html": "text/html; charset=utf-8",
        ".ico": "image/x-icon",
        ".js": "text/javascript; charset=utf-8",
        ".json": "application/json",
        ".map": "application/json",
        ".mjs": "text/javascript; charset=utf-8",
        ".png": "image/png",
        ".py": "text/plain; charset=utf-8",
        ".svg": "image/svg+xml",
        ".txt": "text/plain; charset=utf-8",
        ".wasm": "application/wasm",
        ".woff2": "font/woff2",
        ".xml": "application/xml",
    }

    packed = frozenset((".css", ".html", ".js", ".json", ".mjs", ".svg", ".txt", ".xml"))

    def send_head(self) -> Any:
        """As in the base class, but text is compressed for who can read it: what a page loads is a
        quarter of the size then."""
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if self.path.partition("?")[0].endswith("/") else path
        readable = "gzip" in self.headers.get("Accept-Encoding", "")
        if not readable or path.suffix not in self.packed or not path.is_file():
            return super().send_head()
        version = path.stat().st_mtime_ns
        known = self.headers.get("If-None-Match") == f'"{version:x}"'
        body = b"" if known else _packed(path, version)
        self.send_response(304 if known else 200)
        self.send_header("ETag", f'"{version:x}"')
        self.send_header("Vary", "Accept-Encoding")
        if not known:
            self.send_header("Content-Type", self.guess_type(path))
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        return io.BytesIO(body)

    def guess_type(self, path: str | os.PathLike[str]) -> str:
        suffix = Path(path).suffix.lower()
        return self.extensions_map.get(suffix, self.extensions_map[""])

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-cache")  # a rebuilt page counts at once
        super().end_headers()

    def list_directory(self, path: str | os.PathLike[str]) -> None:
        self.send_error(404)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        lang = "zh/" if self.path.startswith("/zh/") else ""
        page = Path(self.directory, f"{lang}404.html")
        if code != 404 or not page.is_file():
            super().send_error(code, message, explain)
            return
        body = page.read_bytes()
        self.send_response(404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def copyfile(self, source: Any, outputfile: Any) -> None:
        try:
            super().copyfile(source, outputfile)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the browser went away

    def log_message(self, format: str, *args: object) -> None:
        pass  # the terminal belongs to the learner


def serve(folder: Path, port: int = 0) -> tuple[ThreadingHTTPServer, str]:
    """A file server for a built site on 127.0.0.1, bound but not running yet, and its address.

    The caller runs `server.serve_forever()` and closes it. Port 0 takes a free one. Raises OSError
    when the port is taken.
    """

    def handler(*args: Any) -> _Handler:
        return _Handler(*args, directory=str(folder))

    server = _Server(("127.0.0.1", port), handler)
    return server, f"http://127.0.0.1:{server.server_address[1]}/"
