"""`run` and `docs`: things that stay in the foreground until Ctrl-C."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import webbrowser
from pathlib import Path

from looplab.checks.doors import KINDS, Door
from looplab.checks.program import python
from looplab.cli import learning
from looplab.cli.screen import OK, OURS, Screen
from looplab.course import normal


def run(screen: Screen, what: str, port: int | None) -> int:
    """The learner's program (or a lesson's demo, `02.demo`) as the learner would start it by
    hand."""
    if (found := _demo(screen, what)) is not None:
        lesson, path = found
        for question in screen.course.lesson(lesson).questions:
            if question.after == path.stem and question.id not in screen.workspace.progress.answers:
                screen.fail("not-asked-yet", id=question.id)
        status = _start(screen, [str(path)])
        learning.reveal(screen, lesson, path.stem)
        return status
    from looplab.cli.app import one_exercise

    exercise = one_exercise(screen, what)
    path = screen.workspace.file(exercise)
    if not path.is_file():
        screen.fail("unwritable", f"./looplab reset {exercise.id}", file=path, error="no such file")
    if not exercise.serves:
        return _knock(screen, path, exercise.args)
    port = port or _free_port()
    _talk(screen, port)
    return _start(screen, [str(path), "--port", str(port), *exercise.args])


def _knock(screen: Screen, path: Path, args: tuple[str, ...]) -> int:
    """A program that ends by itself; what stands for an address in its arguments becomes one."""
    with contextlib.ExitStack() as opened:
        doors = {f"{{{kind}}}": Door(kind) for kind in KINDS if f"{{{kind}}}" in args}
        for door in doors.values():
            opened.callback(door.close)
            screen.tell(f"door-{door.kind}", address=door.address)
        at = {name: door.address for name, door in doors.items()}
        return _start(screen, [str(path), *(at.get(arg, arg) for arg in args)])


def _demo(screen: Screen, what: str) -> tuple[str, Path] | None:
    """`02.demo` or `select.demo`: a program of the lesson that is no exercise."""
    lesson, _, name = normal(what).rpartition(".")
    if not name.isidentifier():
        return None
    for key in screen.course.keys:
        path = screen.course.root / "lessons" / key / f"{name}.py"
        if lesson in (key, key[:2], key[3:]) and path.is_file():
            return key, path
    return None


def _start(screen: Screen, args: list[str]) -> int:
    shown = [str(Path(args[0]).relative_to(screen.course.root)), *args[1:]]
    screen.tell("run-line", command=" ".join(["python3", *shown]))
    sys.stdout.flush()
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("PYTHON")
    }
    # Ctrl-C goes to the program too, and its end is the end of the command.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        return 1 if subprocess.run([python(), *args], env=environment).returncode else 0
    finally:
        signal.signal(signal.SIGINT, before)


def _talk(screen: Screen, port: int) -> None:
    tools = {
        "nc": "nc 127.0.0.1 {}",
        "ncat": "ncat 127.0.0.1 {}",
        "telnet": "telnet 127.0.0.1 {}",
        "curl": "curl -s telnet://127.0.0.1:{}",
    }
    command = next((form.format(port) for tool, form in tools.items() if shutil.which(tool)), None)
    if command:
        screen.tell("talk", command=command)
    else:
        screen.tell("talk-none", port=port)
    screen.tell("stop-it")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def docs(screen: Screen, port: int, no_browser: bool, build_only: bool) -> int:
    """Build the site where it is missing or old; unless that was all, serve it and open it."""
    from looplab import site

    folder = screen.course.root / ".looplab" / "site"
    if site.stale(folder):
        screen.tell("docs-building")
        try:
            site.build(folder)
        except ImportError:
            screen.fail("dev-needs", command="docs")
        except site.SiteError as error:
            screen.fail("docs-broken", str(error), status=OURS)
    if build_only:
        return OK
    server, url = site.serve(folder, port)
    page = url if screen.lang == "en" else f"{url}zh/"
    screen.tell("docs-at", url=page)
    sys.stdout.flush()
    if not no_browser:
        webbrowser.open(page)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.shutdown()
    return OK
