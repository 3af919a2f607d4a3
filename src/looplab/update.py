"""Takes a newer course into the learner's folder and keeps what the learner wrote.

All is worked out before anything changes. Then the learner's texts are kept as versions, and a
journal says how to undo what follows: git changes the course's own files, the learner's files of
lessons/ are replaced one by one and whole, git's HEAD moves last. What ends it before that moment
is undone: an error or Ctrl-C at once, a kill by the next update. Nothing here prints.
"""

from __future__ import annotations

import contextlib
import difflib
import fcntl
import hashlib
import json
import os
import platform
import posixpath
import re
import shutil
import signal
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from looplab.course import ENGINE
from looplab.git import Git, GitError, Tree
from looplab.merging import WHOLE, Clash, Merge, merge, merge_lines
from looplab.workspace import Workspace, write

FETCHED = "refs/looplab/newest"
_IDENTITY = ("-c", "user.name=looplab", "-c", "user.email=looplab@localhost")
_BUSY = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply")


class Refused(Exception):
    """Why there is no update: a key of messages.toml, its values, and lines to show below it.

    Nothing was changed.
    """

    def __init__(self, key: str, *lines: str, **values: Any) -> None:
        super().__init__(key)
        self.key, self.lines, self.values = key, lines, values


@dataclass(frozen=True)
class Source:
    where: str  # a remote's name, an address or a folder
    ref: str
    shown: str


@dataclass(frozen=True)
class LearnersFile:
    """A file of lessons/ that is no longer the start file, and what becomes of it."""

    path: str
    present: bytes
    base: bytes
    start: bytes | None  # the newer start file; None where the newer course has none
    merge: Merge
    by_git: bool  # as it was committed: git replaces it

    @property
    def inside(self) -> str:
        """The path below lessons/."""
        return self.path.removeprefix("lessons/")

    @property
    def state(self) -> str:
        if self.start is None:
            return "removed"
        if self.merge.clashes:
            return "clash"
        return "same" if self.merge.text == self.present else "merged"


@dataclass(frozen=True)
class Plan:
    commits: int  # how many are new
    old: str
    target: str  # the commit that HEAD becomes
    tree: str  # the same, but for the learner's own files: those stay as HEAD has them
    index: dict[str, tuple[str, str] | None]  # what the index says of those
    changed: list[str]  # the paths that git changes
    files: list[LearnersFile]
    staged: dict[str, bytes] = field(default_factory=dict)  # other texts of them, in the index
    again: list[str] = field(default_factory=list)  # exercises to be checked again


# -- the source


def clone(workspace: Workspace) -> Git:
    """git for this course. Refused where there is none, or where it is busy."""
    if not Git.installed():
        raise Refused("update-no-git")
    git = Git(workspace.root)
    try:
        top = os.fsdecode(git.run("rev-parse", "--show-toplevel")).rstrip("\n")
        git.run("rev-parse", "--verify", "HEAD^{commit}")
    except GitError as error:
        if (workspace.root / ".git").exists():
            raise
        raise Refused("update-no-clone", *error.lines) from None
    if Path(top).resolve() != workspace.root.resolve():
        raise Refused("update-no-clone")
    if git.run("ls-files", "-u") or any(git.inner(name).exists() for name in _BUSY):
        raise Refused("update-busy", "git status")
    return git


def find_source(git: Git, given: str | None) -> Source:
    """`given`, or the remote `upstream` (a fork has one), or what this branch follows, or
    `origin`."""
    if given is not None:
        local = Path(given).expanduser()
        where = str(local.resolve()) if local.exists() else given
        return Source(where, "HEAD", _without_password(given))
    remotes = git.line("remote").split()
    branch = git.line("symbolic-ref", "--short", "-q", "HEAD")
    followed = git.line("config", f"branch.{branch}.remote")
    if "upstream" in remotes:
        name, ref = "upstream", "HEAD"
    elif followed in remotes:
        name, ref = followed, git.line("config", f"branch.{branch}.merge") or "HEAD"
    elif remotes:
        name, ref = "origin" if "origin" in remotes else remotes[0], "HEAD"
    else:
        raise Refused("update-no-source", "./looplab update --from URL")
    return Source(name, ref, _without_password(git.line("remote", "get-url", name)))


def fetch(git: Git, source: Source) -> str:
    """The newest commit of the source, brought here; only git's own store grows."""
    try:
        git.run("fetch", "-q", "--no-tags", "--", source.where, f"+{source.ref}:{FETCHED}")
    except GitError as error:
        raise Refused(
            "update-fetch", *map(_without_password, error.lines), source=source.shown
        ) from None
    return git.line("rev-parse", "--verify", FETCHED)


def _without_password(url: str) -> str:
    return re.sub(r"//[^@/]*@", "//", url)


# -- the plan


def plan(workspace: Workspace, git: Git, newest: str) -> Plan | None:
    """What an update to `newest` would do, or None if it is here already. Changes nothing."""
    old = git.line("rev-parse", "HEAD")
    base = git.line("merge-base", "HEAD", newest)
    if not base:
        raise Refused("update-unrelated")
    if base == newest:
        return None
    _python_is_new_enough(git, newest)
    ours, before, theirs = git.tree(old), git.tree(base), git.tree(newest)
    tree = theirs if base == old else _merge_trees(git, ours, before, theirs)
    target = newest if base == old else _merge_commit(git, tree, old, newest)
    dirty = set(git.names("diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "HEAD"))
    files = _learners_files(workspace, git, ours, before, theirs, dirty)
    own = [file.path for file in files if not file.by_git]
    working = {path: entry for path, entry in tree.items() if path not in own}
    working |= {path: ours[path] for path in own}
    changed = sorted(p for p in {*ours, *working} if ours.get(p) != working.get(p))
    _nothing_is_in_the_way(workspace.root, ours, working, changed, dirty)
    return Plan(
        commits=int(git.line("rev-list", "--count", f"{old}..{newest}")),
        old=old,
        target=target,
        tree=git.make_tree(working),
        index={path: tree.get(path) for path in own},
        changed=changed,
        files=files,
        staged=_staged(git, ours, files),
        again=_to_check_again(workspace, git, before, theirs, files),
    )


def _python_is_new_enough(git: Git, newest: str) -> None:
    try:
        project = tomllib.loads(git.run("show", f"{newest}:pyproject.toml").decode())
        needed = SpecifierSet(project["project"]["requires-python"])
    except (GitError, ValueError, KeyError, TypeError, InvalidSpecifier):
        return
    if not needed.contains(platform.python_version(), prereleases=True):
        raise Refused("update-python", needed=str(needed), here=platform.python_version())


def _is_lesson_code(path: str) -> bool:
    return path.startswith("lessons/") and path.endswith(".py")


def _merge_trees(git: Git, ours: Tree, base: Tree, theirs: Tree) -> Tree:
    """The learner's commits and the newer course. Refused where both changed the same lines."""
    merged, conflicts = {}, []
    for path in sorted({*ours, *base, *theirs}):
        entries = o, b, t = ours.get(path), base.get(path), theirs.get(path)
        entry = t if o == b else o
        if o not in (b, t) and t != b:
            if _is_lesson_code(path):
                entry = _merged_lesson(git, o, b, t)
            elif (content := _merged_content(git, entries)) is not None:
                entry = (str(o and o[0]), git.store(content))
            else:
                conflicts.append(path)
        if entry is not None:
            merged[path] = entry
    if conflicts:
        raise Refused("update-commits", *conflicts, f"git merge {FETCHED}")
    return merged


def _merged_lesson(
    git: Git,
    ours: tuple[str, str] | None,
    base: tuple[str, str] | None,
    theirs: tuple[str, str] | None,
) -> tuple[str, str] | None:
    if ours is None or theirs is None:
        return ours or theirs
    merged = merge(*(git.content(entry) for entry in (base, ours, theirs)))
    return ours[0], git.store(merged.text)


def _merged_content(git: Git, entries: tuple[tuple[str, str] | None, ...]) -> bytes | None:
    if any(entry is None or not entry[0].startswith("100") for entry in entries):
        return None
    ours, base, theirs = (git.content(entry) for entry in entries)
    return merge_lines(base, ours, theirs)


def _merge_commit(git: Git, tree: Tree, old: str, newest: str) -> str:
    words = ("commit-tree", git.make_tree(tree), "-p", old, "-p", newest)
    message = b"Merge the newer course (./looplab update)\n"
    return git.run(*_IDENTITY, *words, input=message).decode().strip()


def _learners_files(
    workspace: Workspace, git: Git, ours: Tree, base: Tree, theirs: Tree, dirty: set[str]
) -> list[LearnersFile]:
    """Every file of lessons/ that is there and is not the start file it was."""
    found = []
    for path in sorted(filter(_is_lesson_code, ours)):
        if path not in dirty and ours[path] == base.get(path):
            continue
        file = workspace.root / path
        if not file.is_file():
            continue
        present, start = file.read_bytes(), theirs.get(path)
        before, newer = git.content(base.get(path)), git.content(start)
        merged = Merge(present) if start is None else _merge(base.get(path), before, present, newer)
        found.append(
            LearnersFile(path, present, before, start and newer, merged, path not in dirty)
        )
    return found


def _merge(base: tuple[str, str] | None, before: bytes, present: bytes, newer: bytes) -> Merge:
    if base is None and present != newer:  # both made a file of this name
        return Merge(present, clashes=(Clash(WHOLE, _shown(present), _shown(newer)),))
    return merge(before, present, newer)


def _shown(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _nothing_is_in_the_way(
    root: Path, ours: Tree, working: Tree, changed: list[str], dirty: set[str]
) -> None:
    """Files of the course that both sides changed, and files of the learner's where a new one
    goes."""
    if edited := [path for path in changed if path in dirty and os.path.lexists(root / path)]:
        raise Refused("update-yours", *edited, "git stash push -- " + " ".join(edited))
    blocking = set()
    for path in changed:
        if path in working and path not in ours:
            for part in (Path(path), *Path(path).parents[:-1]):
                there = root / part
                file_there = os.path.lexists(there) and (part == Path(path) or not there.is_dir())
                if file_there and part.as_posix() not in ours:
                    blocking.add(part.as_posix())
    if blocking:
        raise Refused("update-in-the-way", *sorted(blocking))


def _staged(git: Git, ours: Tree, files: list[LearnersFile]) -> dict[str, bytes]:
    """What `git add` was given and is neither committed nor the present text."""
    found = {}
    own = {file.path: file.present for file in files if not file.by_git}
    for entry in git.names("ls-files", "-s", "-z", "--", "lessons"):
        about, _, path = entry.partition("\t")
        mode, content, _ = about.split()
        if path in own and ours.get(path) != (mode, content):
            text = git.content((mode, content))
            if text != own[path]:
                found[path] = text
    return found


def _to_check_again(
    workspace: Workspace, git: Git, base: Tree, theirs: Tree, files: list[LearnersFile]
) -> list[str]:
    """Passed exercises whose checks, start file or present text are no longer what they were."""
    changed = {path for path in {*base, *theirs} if base.get(path) != theirs.get(path)}
    changed |= {file.path for file in files if file.state == "merged"}
    shared = any(re.fullmatch(r"tests/(?!test_)\w+\.py", path) for path in changed)
    engine = any(re.fullmatch(r"tests/programs/.*|lessons/asyncore\.py", path) for path in changed)
    found = []
    for path in filter(re.compile(r"lessons/(\d\d_\w+)/lesson.toml").fullmatch, theirs):
        key = path.split("/")[1]
        before, newer = (_checks(git, tree.get(path)) for tree in (base, theirs))
        for exercise_id, about in newer.items():
            file, _, on_engine = about
            if exercise_id in workspace.progress.passed and (
                shared
                or (engine and on_engine)
                or f"tests/test_{key}.py" in changed
                or posixpath.normpath(f"lessons/{key}/{file}") in changed
                or before.get(exercise_id) != about
            ):
                found.append(exercise_id)
    return sorted(found)


def _checks(git: Git, entry: tuple[str, str] | None) -> dict[str, tuple[str, list[str], bool]]:
    """Exercise -> file, ids of its checks, whether it runs on the engine. Read loosely: a newer
    lesson.toml may hold more than this version knows."""
    try:
        exercises = tomllib.loads(git.content(entry).decode()).get("exercise", [])
        return {
            e["id"]: (e["file"], [c["id"] for c in e["check"]], _runs_on_engine(e))
            for e in exercises
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}


def _runs_on_engine(exercise: dict[str, Any]) -> bool:
    return bool(exercise["file"] == f"../{ENGINE}" or exercise.get("uses_engine"))


# -- doing and undoing it


def _folder(workspace: Workspace) -> Path:
    return workspace.folder / "update"


def unfinished(workspace: Workspace) -> dict[str, Any] | None:
    """The journal of an update that was cut short."""
    try:
        journal: dict[str, Any] = json.loads((_folder(workspace) / "journal.json").read_text())
    except FileNotFoundError:
        return None
    return journal


@contextlib.contextmanager
def only_one(workspace: Workspace) -> Iterator[None]:
    """Refused while another update of this folder runs."""
    _folder(workspace).mkdir(parents=True, exist_ok=True)
    with open(_folder(workspace) / "lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Refused("update-running") from None
        yield


def apply(workspace: Workspace, git: Git, todo: Plan) -> dict[str, Path]:
    """Do it. Where each of the learner's texts is kept; after any error all is as before."""
    kept = _keep(workspace, todo)
    index = git.inner("index")
    shutil.copyfile(index, _folder(workspace) / "index")
    journal = {
        "old": todo.old,
        "target": todo.target,
        "tree": todo.tree,
        "changed": todo.changed,
        "again": todo.again,
        "files": {
            file.path: {
                "kept": kept[file.path].relative_to(workspace.root).as_posix(),
                "result": _digest(file.merge.text),
            }
            for file in todo.files
        },
    }
    write(_folder(workspace) / "journal.json", json.dumps(journal, indent=1) + "\n")
    with _between_steps() as interrupted:
        try:
            for step in (_git_changes, _learners_files_change, _index_and_head_change):
                interrupted()
                step(workspace, git, todo)
        except BaseException:
            _undo(workspace, git, journal)
            raise
        _finish(workspace, journal)
    return kept


def _git_changes(workspace: Workspace, git: Git, todo: Plan) -> None:
    git.run("read-tree", "-m", "-u", todo.old, todo.tree, alone=True)


def _learners_files_change(workspace: Workspace, git: Git, todo: Plan) -> None:
    for file in todo.files:
        path = (workspace.root / file.path).resolve()
        if not file.by_git and file.state == "merged":
            if path.read_bytes() != file.present:  # saved in this very moment
                raise Refused("update-moved", file=file.path)
            write(path, file.merge.text)


def _index_and_head_change(workspace: Workspace, git: Git, todo: Plan) -> None:
    git.set_index(todo.index, alone=True)
    git.run("update-ref", "-m", "looplab update", "HEAD", todo.target, todo.old, alone=True)


def recover(workspace: Workspace, git: Git, journal: dict[str, Any]) -> tuple[bool, dict[str, str]]:
    """After a kill: finish an update that was all but done (True), or undo it. And the copies of
    the files that it was about."""
    copies = {path: str(about["kept"]) for path, about in journal["files"].items()}
    if git.line("merge-base", "HEAD", journal["target"]) == journal["target"]:
        _finish(workspace, journal)
        return True, copies
    return False, copies | _undo(workspace, git, journal)


def _undo(workspace: Workspace, git: Git, journal: dict[str, Any]) -> dict[str, str]:
    """Put everything back; what somebody else wrote there in between is copied, and named."""
    root, changed = workspace.root, journal["changed"]
    old = git.tree(journal["old"])
    found = _set_aside_strangers(workspace, git, old, git.tree(journal["tree"]), changed)
    for path in changed:
        if path not in old:
            (root / path).unlink(missing_ok=True)
            for folder in (root / path).parents:
                if folder == root or not folder.is_dir() or any(folder.iterdir()):
                    break
                folder.rmdir()
    git.check_out(journal["old"], [path for path in changed if path in old])
    for path, about in journal["files"].items():
        file = (root / path).resolve()
        if file.is_file() and _digest(file.read_bytes()) == about["result"]:
            write(file, (root / about["kept"]).read_bytes())
    saved = _folder(workspace) / "index"
    write(git.inner("index"), saved.read_bytes())
    saved.unlink()
    (_folder(workspace) / "journal.json").unlink()
    return found


def _set_aside_strangers(
    workspace: Workspace, git: Git, old: Tree, new: Tree, changed: list[str]
) -> dict[str, str]:
    """Between a kill and now somebody may have edited what is put back: it is copied first."""
    found = {}
    there = [path for path in changed if (workspace.root / path).is_file()]
    data = os.fsencode("".join(path + "\n" for path in there))
    contents = git.run("hash-object", "--stdin-paths", input=data).decode().split()
    for path, content in zip(there, contents, strict=True):
        if content not in [entry[1] for tree in (old, new) if (entry := tree.get(path))]:
            aside = _folder(workspace) / "found" / path
            aside.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(workspace.root / path, aside)
            found[path] = aside.relative_to(workspace.root).as_posix()
    return found


def _finish(workspace: Workspace, journal: dict[str, Any]) -> None:
    for exercise_id in journal["again"]:
        workspace.mark(exercise_id, False)
    with contextlib.suppress(OSError):
        workspace.save()
    (_folder(workspace) / "index").unlink(missing_ok=True)
    (_folder(workspace) / "journal.json").unlink()


def _keep(workspace: Workspace, todo: Plan) -> dict[str, Path]:
    """Every text of the learner's, and beside them what the newer course says where both
    changed."""
    kept = {}
    for file in todo.files:
        if file.path in todo.staged:
            workspace.keep(file.inside, "update", todo.staged[file.path])
        kept[file.path] = workspace.keep(file.inside, "update", file.present)
        if file.state == "clash":
            newer, changes = newer_files(workspace, file)
            newer.parent.mkdir(parents=True, exist_ok=True)
            write(newer, file.start or b"")
            write(changes, _changes(file))
    return kept


def newer_files(workspace: Workspace, file: LearnersFile) -> tuple[Path, Path]:
    """Where the newer start file lies after a clash, and what the course changed in it."""
    newer = _folder(workspace) / file.inside
    return newer, newer.with_suffix(".diff")


def _changes(file: LearnersFile) -> str:
    before, after = (_shown(one).splitlines() for one in (file.base, file.start or b""))
    lines = difflib.unified_diff(before, after, file.path, f"{file.path} (newer)", lineterm="")
    return "\n".join([*lines, ""])


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@contextlib.contextmanager
def _between_steps() -> Iterator[Any]:
    """Ctrl-C waits for the end of a step: git is never cut short in the middle of a file."""
    pressed: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: pressed.append(number))

    def interrupted() -> None:
        if pressed:
            raise KeyboardInterrupt

    try:
        yield interrupted
    finally:
        signal.signal(signal.SIGINT, before)
