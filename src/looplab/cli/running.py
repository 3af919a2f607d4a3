"""`run` and `docs`: things that stay in the foreground until Ctrl-C."""

from __future__ import annotations

import contextlib
import difflib
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
import webbrowser
from collections.abc import Iterator
from pathlib import Path

from looplab import origin as origins
from looplab.checks.doors import KINDS, Door
from looplab.checks.program import python
from looplab.cli import learning
from looplab.cli.screen import OK, OURS, Screen
from looplab.course import ENGINE, normal


def run(screen: Screen, what: str, port: int | None, engine: str | None = None) -> int:
    """The learner's program, a lesson's demo (`02.demo`) or a program that drives an engine
    (`echo`), as the learner would start it by hand."""
    if (program := _program(screen, what)) is not None:
        return _on_engine(screen, program, port, engine or "mine", ())
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
    if exercise.on_engine:
        path = _program(screen, exercise.program) or path
    if exercise.runs_on_engine:
        return _on_engine(screen, path, port, engine or "mine", exercise.args)
    if engine is not None:
        screen.fail("run-no-engine", id=exercise.id)
    if not path.is_file():
        screen.fail("unwritable", f"./looplab reset {exercise.id}", file=path, error="no such file")
    if not exercise.serves:
        return _knock(screen, path, exercise.args)
    port = port or _free_port()
    _talk(screen, port)
    return _start(screen, [str(path), "--port", str(port), *exercise.args])


def _knock(screen: Screen, path: Path, args: tuple[str, ...]) -> int:
    """A program that ends by itself; what stands for an address in its arguments becomes one."""
    with _opened(screen, args) as words:
        return _start(screen, [str(path), *words])


@contextlib.contextmanager
def _opened(screen: Screen, args: tuple[str, ...]) -> Iterator[list[str]]:
    """The arguments with an address for each name in braces: of a door, or of a mode of the
    origin."""
    names = dict.fromkeys(re.findall(r"{([\w-]+)}", " ".join(args)))
    with contextlib.ExitStack() as opened:
        at = {}
        for name in names:
            if name in KINDS:
                door = Door(name)
                opened.callback(door.close)
                at[name] = door.address
                screen.tell(f"door-{name}", address=door.address)
            else:
                at[name] = _origin_aside(name)
                screen.tell("door-origin", address=at[name], mode=name)
        yield [re.sub(r"{([\w-]+)}", lambda found: at[found[1]], arg) for arg in args]


def _origin_aside(mode: str) -> str:
    """The address of an origin that answers in this mode as long as the command runs."""
    ready, said = threading.Event(), list[str]()

    def say(line: str) -> None:
        said.append(line)
        ready.set()

    threading.Thread(target=origins.serve, args=(mode, 0, say), daemon=True).start()
    ready.wait(10)
    return said[0].rpartition(" ")[2]


def origin(screen: Screen, mode: str, port: int) -> int:
    """A web server that misbehaves in one way, until Ctrl-C."""
    name = mode.strip().lower().replace("_", "-")
    if name not in origins.NAMES:
        near = difflib.get_close_matches(name, origins.NAMES, n=3, cutoff=0.4)
        more = [screen.say("did-you-mean", names=screen.list_of(near))] if near else []
        more.append(screen.say("origin-modes", names=screen.list_of(origins.NAMES)))
        screen.fail("origin-unknown", *more, mode=mode)
    try:
        origins.serve(name, port, lambda line: print(line, flush=True))
    except OSError as error:
        screen.fail("origin-port", port=port, error=error.strerror or str(error))
    except KeyboardInterrupt:
        pass
    return OK


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


def _program(screen: Screen, name: str) -> Path | None:
    """One of tests/programs."""
    path = screen.course.root / "tests" / "programs" / f"{name}.py"
    return path if name.isidentifier() and path.is_file() else None


def _on_engine(
    screen: Screen, path: Path, port: int | None, engine: str, args: tuple[str, ...]
) -> int:
    """A program that imports asyncore, on this engine."""
    folders = {"mine": "lessons", "reference": "solutions", "fast": "solutions/fast"}
    folder, interpreter = None, python()
    if engine in folders:
        folder = screen.course.root / folders[engine]
        if not (folder / ENGINE).is_file():
            name = (folder / ENGINE).relative_to(screen.course.root)
            screen.fail("run-engine-none", *_way_out(engine), engine=engine, file=name)
    elif (interpreter := _that_has_asyncore()) == "":
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        screen.fail("run-stdlib-none", "./looplab run ... --engine reference", version=version)
    if not path.is_file():
        screen.fail("unwritable", f"./looplab reset {path.name}", file=path, error="no such file")
    words = [str(path)]
    if "--port" in path.read_text("utf-8", "replace"):
        port = port or _free_port()
        _talk(screen, port)
        words += ["--port", str(port)]
    with _opened(screen, args) as more:
        return _start(screen, [*words, *more], folder, interpreter)


def _way_out(engine: str) -> list[str]:
    return [f"./looplab reset {ENGINE}"] if engine == "mine" else []


def _that_has_asyncore() -> str:
    """A Python that imports asyncore unaided: from its standard library, or pyasyncore."""
    for interpreter in (python(), sys.executable):
        command = [interpreter, "-P", "-W", "ignore", "-c", "import asyncore"]
        if not subprocess.run(command, env=_clean(), capture_output=True).returncode:
            return interpreter
    return ""


def _clean() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def _name_of(interpreter: str) -> str:
    """What the reader types for it: `python3` where that is the same one, or starts it."""
    ask = "import os, sys; print(os.path.realpath(sys.executable))"
    try:
        done = subprocess.run(["python3", "-c", ask], env=_clean(), capture_output=True, text=True)
    except OSError:
        return shlex.quote(interpreter)
    same = done.stdout.strip() == os.path.realpath(interpreter)
    return "python3" if same else shlex.quote(interpreter)


def _start(
    screen: Screen, args: list[str], engine: Path | None = None, interpreter: str = ""
) -> int:
    shown = [shlex.quote(os.path.relpath(args[0])), *map(shlex.quote, args[1:])]
    command = " ".join([_name_of(interpreter) if interpreter else "python3", *shown])
    environment, interpreter = _clean(), interpreter or python()
    if engine is not None:
        environment["PYTHONPATH"] = str(engine)
        command = f"PYTHONPATH={shlex.quote(os.path.relpath(engine))} {command}"
    # Not wrapped: it is there to be copied.
    print(screen.say("run-line", command=command))
    sys.stdout.flush()
    # Ctrl-C goes to the program too, and its end is the end of the command.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        return 1 if subprocess.run([interpreter, *args], env=environment).returncode else 0
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
