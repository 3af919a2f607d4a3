"""The sentences of messages.toml, in one language at a time."""

from __future__ import annotations

import locale
import os
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from looplab.course import LANGUAGES

PATH = Path(__file__).with_name("messages.toml")


@cache
def catalogue() -> dict[str, Any]:
    return tomllib.loads(PATH.read_text("utf-8"))


def sentence(lang: str, table: str, key: str, args: Mapping[str, Any] | None = None) -> str:
    """The sentence `table.key` in `lang` with its values filled in. Raises KeyError for an
    unknown one."""
    entry: Any = catalogue()
    for part in (*table.split("."), key):
        entry = entry[part]
    text = _of_servers(str(entry[lang]), args or {})
    return text.format_map({name: _shown(value) for name, value in args.items()}) if args else text


_CLIENT = {"client {who}": "server {who}", "客户端 {who}": "服务器 {who}"}


def _of_servers(text: str, args: Mapping[str, Any]) -> str:
    """What is said of a client holds for a server's end too, whose name is a small letter."""
    for name in ("who", "writer", "other"):
        if str(args.get(name, "")).islower():
            for client, server in _CLIENT.items():
                text = text.replace(client.replace("who", name), server.replace("who", name))
    return text


def _shown(value: Any) -> str:
    return f"{value:.1f}" if isinstance(value, float) else str(value)


def from_environment() -> str:
    """The language of the reader's locale: zh for any Chinese one, else en."""
    for name in ("LOOPLAB_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "zh" if value.lower().startswith("zh") else "en"
    name = locale.getlocale()[0] or ""
    return "zh" if name.lower().startswith(("zh", "chinese")) else LANGUAGES[0]
