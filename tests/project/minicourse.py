"""A course of three lessons on an engine of seventy lines: what is said of the engine's exercises
is tried on it, in a house of its own."""

import json
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

from conftest import House

from looplab import course
from looplab.course import Course

ENGINE = '''\
"""A small loop."""

import select
import socket

socket_map = {}


def loop():
    """Ask, wait, call, until nobody is left."""
    while socket_map:
        channels = list(socket_map.values())
        reading = [one.socket for one in channels if one.readable()]
        writing = [one.socket for one in channels if one.writable()]
        reading, writing, _ = select.select(reading, writing, [])
        call(channels, reading, writing)


def call(channels, reading, writing):
    """Tell every channel what has happened to it."""
    for one in channels:
        if one.socket in reading:
            one.handle_read()
        if one.socket in writing and one.socket.fileno() >= 0:
            one.handle_write()


class dispatcher:
    """A channel."""

    def __init__(self, sock=None):
        self.socket = sock
        if sock is not None:
            self.add_channel()

    def listen(self, port):
        """Wait for callers, and say where."""
        self.socket = socket.create_server(("127.0.0.1", port))
        self.add_channel()
        name = "%s:%d" % self.socket.getsockname()
        print(f"listening on {name}", flush=True)

    def add_channel(self):
        """Take part in the loop."""
        socket_map[self.socket.fileno()] = self

    def greeting(self):
        """What a caller hears first."""
        return b"hello\\n"

    def readable(self):
        return True

    def writable(self):
        return False

    def close(self):
        """Leave the loop."""
        socket_map.pop(self.socket.fileno(), None)
        self.socket.close()


class dispatcher_with_send(dispatcher):
    """A channel that owes bytes."""

    def __init__(self, sock=None):
        super().__init__(sock)
        self.owed, self.leaving = b"", False

    def send(self, data):
        """Owe these bytes to the peer."""
        self.owed += data

    def writable(self):
        return bool(self.owed)

    def handle_write(self):
        sent = self.socket.send(self.owed)
        self.owed = self.owed[sent:]
        if self.leaving and not self.owed:
            dispatcher.close(self)

    def close(self):
        """Say what is owed, then leave."""
        self.leaving = True
        if not self.owed:
            dispatcher.close(self)
'''
SERVER = '''\
import argparse
import asyncore

CLIENT

class Server(asyncore.dispatcher):
    def handle_read(self):
        sock, _ = self.socket.accept()
        GREET


def main():
    """Serve until Ctrl-C."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    try:
        Server().listen(parser.parse_args().port)
        asyncore.loop()
    except KeyboardInterrupt:
        pass


main()
'''
LOG = """
class Client(asyncore.dispatcher):
    def handle_read(self):
        data = self.socket.recv(4096)
        self.socket.send(data)
        if not data:
            self.close()
"""
OWED = '''
class Client(asyncore.dispatcher_with_send):
    def handle_read(self):
        """Echo; `bye` is the end."""
        data = self.socket.recv(4096)
        self.send(data)
        if data in (b"", b"bye"):
            self.close()
'''


def program(client: str, greet: str, name: str = "A program on the engine.") -> str:
    text = SERVER.replace("CLIENT\n", client).replace("GREET", greet)
    return f'"""{name}"""\n\n{text}'


PROGRAMS = {
    "mini_log": program(LOG, "sock.send(self.greeting())\n        Client(sock)"),
    "mini_owed": program(OWED, "Client(sock)"),
}
CLIENT = program(OWED, "Client(sock)", "An echo of one's own.")

TESTS = '''\
"""Checks of a small lesson."""

from looplab.checks.faults import CheckFailed, say
from looplab.checks.plugin import exercise
from looplab.checks.tester import NotThere


def hears(tester, send=b"", wanted=b"", ends=False, program=""):
    """A client sends this and hears that."""
    tester.start(program=program)
    peer = tester.connect()
    if send:
        peer.send(send)
    expected = say("greeting", who=peer.name, text=wanted.decode())
    try:
        tester.until(lambda: len(peer.received) >= len(wanted) and (peer.eof or not ends))
    except NotThere as why:
        raise tester.blame(expected, why, "silent", say("refused", who=peer.name)) from None
    if peer.received != wanted:
        seen = say("greeted", who=peer.name, data=repr(bytes(peer.received)))
        raise tester.failure("wrong-bytes", expected, seen)
'''
CHECKS = {
    "96_loop": """

@exercise("96.1")
class TestLoop:
    def test_imports(self, tester):
        tester.check_source()

    def test_answers(self, tester):
        tester.start()
        peer = tester.connect()
        peer.send(b"x")
        try:
            tester.until(lambda: peer.received.endswith(b"x"))
        except NotThere as why:
            seen = say("nothing-came", who=peer.name, seconds=why.waited)
            raise tester.blame(say("alive"), why, "silent", seen) from None


@exercise("96.2")
class TestGreeting:
    def test_greets(self, tester):
        hears(tester, wanted=b"hello\\\\n")
""",
    "97_owed": """

@exercise("97.1")
class TestSend:
    def test_echo(self, tester):
        hears(tester, send=b"words", wanted=b"words")


@exercise("97.2")
class TestClose:
    def test_bye(self, tester):
        hears(tester, send=b"bye", wanted=b"bye", ends=True)
""",
    "98_client": """

@exercise("98.1")
class TestClient:
    def test_echo(self, tester):
        hears(tester, send=b"words", wanted=b"words")

    def test_another(self, tester):
        hears(tester, wanted=b"hello\\\\n", program="mini_log")
""",
}
PAIR = '{ en = "words", zh = "文字" }'
EXERCISE = """
[[exercise]]
id = "ID"
kind = "holes"
holes = HOLES
OWN
points = 1
title = { en = "Title ID", zh = "标题 ID" }
task = PAIR
after = PAIR
break = { line = "LINE", does = PAIR, check = "CHECK", fault = "FAULT" }
hint = [PAIR, PAIR, PAIR]
TABLES
"""
ON_ENGINE = 'file = "../asyncore.py"\nprogram = '


def exercise(exercise_id: str, holes: list, own: str, spoilt: tuple, checks: str, tables="") -> str:
    line, check, fault = spoilt
    text = EXERCISE.replace("ID", exercise_id).replace("HOLES", json.dumps(holes))
    text = text.replace("OWN", own).replace("LINE", line).replace("CHECK", check)
    text = text.replace("FAULT", fault).replace("TABLES", tables)
    for name in checks.split():
        text += f'[[exercise.check]]\nid = "{name}"\ntitle = PAIR\ndocs = "{name}"\n'
    return text.replace("PAIR", PAIR)


def default(hole: str, body: str, check: str, fault: str) -> str:
    return (
        f'[exercise.default]\n"{hole}" = "{body}"\n'
        f'[exercise.start_fails]\ncheck = "{check}"\nfault = "{fault}"\n'
    )


LESSONS = {
    "96_loop": exercise(
        *("96.1", ["loop", "dispatcher.add_channel"], ON_ENGINE + '"mini_log"'),
        ("call(channels, reading, writing)", "answers", "busy-loop"),
        "imports answers",
    )
    + exercise(
        *("96.2", ["dispatcher.greeting"], ON_ENGINE + '"mini_log"'),
        ("return b'hello\\\\n'", "greets", "crashed"),
        "greets",
        default("dispatcher.greeting", "return b'HELLO\\\\n'", "greets", "wrong-bytes"),
    ),
    "97_owed": exercise(
        *("97.1", ["dispatcher_with_send.send"], ON_ENGINE + '"mini_owed"'),
        ("self.owed += data", "echo", "stuck"),
        "echo",
    )
    + exercise(
        *("97.2", ["dispatcher_with_send.close"], ON_ENGINE + '"mini_owed"'),
        ("self.leaving = True", "bye", "stuck"),
        "bye",
        default("dispatcher_with_send.close", "dispatcher.close(self)", "bye", "stuck"),
    ),
    "98_client": exercise(
        *("98.1", ["Client.handle_read"], 'file = "client.py"\nuses_engine = true'),
        ("self.send(data)", "echo", "stuck"),
        "echo another",
    ),
}
HEAD = """\
title = PAIR
idea = PAIR
minutes = 1

[forbidden_imports]
modules = ["asyncio"]
why = PAIR
"""


class MiniHouse(House):
    """The small course below `root`, with the project's tool and fresh start files."""

    def __init__(self, root: Path) -> None:
        self.root = root
        shutil.copytree(
            course.ROOT / "src", root / "src", ignore=shutil.ignore_patterns("__pycache__")
        )
        self.write("tests/equivalent.toml", "")
        self.write("solutions/asyncore.py", ENGINE)
        self.write("solutions/98_client/client.py", CLIENT)
        for name, text in PROGRAMS.items():
            self.write(f"tests/programs/{name}.py", text)
        for key, text in LESSONS.items():
            self.write(f"lessons/{key}/lesson.toml", HEAD.replace("PAIR", PAIR) + text)
            self.write(f"tests/test_{key}.py", TESTS + CHECKS[key].replace("\\\\", "\\"))
        self.course = Course(root)
        self.python("from looplab.cli import authoring; authoring.skeleton(Screen('en'))")

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text, "utf-8")

    @property
    def engine(self) -> Path:
        return self.root / "lessons" / "asyncore.py"

    def replace(self, old: str, new: str, path: str = "lessons/asyncore.py") -> None:
        text = (self.root / path).read_text("utf-8")
        assert text.count(old) == 1, (old, text)
        self.write(path, text.replace(old, new))

    def solve(self, exercise_id: str = "") -> None:
        """The whole engine, and the client."""
        for path in ("asyncore.py", "98_client/client.py"):
            shutil.copy(self.root / "solutions" / path, self.root / "lessons" / path)

    def python(self, text: str) -> str:
        """What a few lines print that run inside of this house."""
        head = "from looplab.cli.screen import Screen\nfrom looplab import course\n"
        done = subprocess.run(
            [sys.executable, "-P", "-c", head + textwrap.dedent(text)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            cwd=self.root,
            env=self.environment(),
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout
