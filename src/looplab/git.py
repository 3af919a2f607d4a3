"""The few things that are asked of git: trees as dictionaries, contents as bytes."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

Tree = dict[str, tuple[str, str]]  # path -> mode, id of its content
# A git that was called by another one (a hook) must still mean this folder.
_ELSEWHERE = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX")


class GitError(Exception):
    """git refused; the text is its own words."""

    @property
    def lines(self) -> list[str]:
        """The first of them, without the empty ones."""
        return [line for line in str(self).splitlines() if line.strip()][:6]


class Git:
    """git in one folder. Whatever fails raises GitError."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @staticmethod
    def installed() -> bool:
        return shutil.which("git") is not None

    def run(
        self,
        *words: str,
        input: bytes = b"",
        index: Path | None = None,
        alone: bool = False,
    ) -> bytes:
        """What a command prints. `index`: in place of the folder's own; `alone`: Ctrl-C is not for
        it."""
        environment = {name: value for name, value in os.environ.items() if name not in _ELSEWHERE}
        if index is not None:
            environment["GIT_INDEX_FILE"] = str(index)
        done = subprocess.run(
            ["git", "-c", "core.quotePath=false", *words],
            input=input,
            capture_output=True,
            cwd=self.root,
            env=environment,
            process_group=0 if alone else None,
        )
        if done.returncode:
            raise GitError(done.stderr.decode("utf-8", "replace").strip() or " ".join(words))
        return done.stdout

    def line(self, *words: str) -> str:
        """The one line that a command prints; "" where it fails."""
        try:
            return os.fsdecode(self.run(*words)).strip()
        except GitError:
            return ""

    def names(self, *words: str) -> list[str]:
        """What a command with `-z` lists."""
        return [os.fsdecode(name) for name in self.run(*words).split(b"\0") if name]

    def tree(self, name: str) -> Tree:
        found = {}
        for entry in self.names("ls-tree", "-r", "-z", name):
            about, _, path = entry.partition("\t")
            mode, _, content = about.split()
            found[path] = (mode, content)
        return found

    def content(self, entry: tuple[str, str] | None) -> bytes:
        """The content of a tree's entry; of none, nothing."""
        return b"" if entry is None else self.run("cat-file", "blob", entry[1])

    def store(self, content: bytes) -> str:
        return self.run("hash-object", "-w", "--stdin", input=content).decode().strip()

    def make_tree(self, tree: Tree) -> str:
        with self.scratch_index() as index:
            self.set_index(tree, index=index)
            return self.run("write-tree", index=index).decode().strip()

    def set_index(
        self,
        entries: Mapping[str, tuple[str, str] | None],
        *,
        index: Path | None = None,
        alone: bool = False,
    ) -> None:
        """Set these entries of the index; None takes one out."""
        gone = ("0", "0" * 40)
        lines = (f"{(e or gone)[0]} {(e or gone)[1]} 0\t{path}\0" for path, e in entries.items())
        data = os.fsencode("".join(lines))
        self.run("update-index", "-z", "--index-info", input=data, index=index, alone=alone)

    @contextlib.contextmanager
    def scratch_index(self) -> Iterator[Path]:
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder, "index")

    def check_out(self, name: str, paths: Iterable[str]) -> None:
        """Write these files as they are in a commit or tree, whatever stands there."""
        with self.scratch_index() as index:
            self.run("read-tree", name, index=index)
            data = os.fsencode("".join(path + "\0" for path in paths))
            self.run("checkout-index", "-f", "-z", "--stdin", input=data, index=index, alone=True)

    def inner(self, name: str) -> Path:
        """A file of git's own, wherever it keeps it."""
        return self.root / os.fsdecode(self.run("rev-parse", "--git-path", name)).rstrip("\n")
