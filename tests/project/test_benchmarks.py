"""The benchmarks: the load counts right, the tables say what the rounds hold."""

import dataclasses
import importlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest

from looplab.checks import proc
from looplab.course import ROOT

BENCHMARKS = ROOT / "benchmarks"
COMPILER = next((path for name in ("cc", "gcc", "clang") if (path := shutil.which(name))), None)
BUILDS = pytest.mark.skipif(
    not (proc.LINUX and COMPILER), reason="the load is a C program for Linux, built on the spot"
)


@pytest.fixture
def part(monkeypatch):
    """A module of benchmarks/, as engine.py imports it."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module


def bench(*words, program="engine.py", **more):
    return subprocess.run(
        [sys.executable, str(BENCHMARKS / program), *map(str, words)],
        capture_output=True,
        text=True,
        timeout=120,
        **more,
    )


# The load


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("load")
    flags = ["-O1", "-std=c11", "-Wall", "-Wextra", "-Werror"]
    for name in ("load", "backend", "forward"):
        source, target = str(BENCHMARKS / f"{name}.c"), str(folder / name)
        subprocess.run([COMPILER, *flags, "-o", target, source], check=True)
    return folder / "load"


def loaded(built, port, size, *commands, answer=None):
    """What the load answers to these commands, and its status."""
    done = subprocess.run(
        [str(built), str(port), str(size)] + [str(answer)] * bool(answer),
        input="".join(f"{command}\n" for command in commands),
        capture_output=True,
        text=True,
        timeout=60,
    )
    return [json.loads(line) for line in done.stdout.splitlines()], done.returncode


@pytest.fixture
def server():
    """Start a server whose every connection is given to a function, with what it reads first."""
    listeners = []

    def begin(serve):
        listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        listeners.append(listener)

        def accept():
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=serve, args=(client,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        return listener.getsockname()[1]

    yield begin
    for listener in listeners:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


class Echo:
    """Counts what it echoes; `late` seconds before each echo."""

    def __init__(self, late=0.0):
        self.late, self.bytes, self.lock = late, 0, threading.Lock()

    def __call__(self, client):
        with client:
            while data := client.recv(65536):
                with self.lock:
                    self.bytes += len(data)
                time.sleep(self.late)
                client.sendall(data)


@BUILDS
@pytest.mark.parametrize("size", [1, 64, 300_000])
def test_the_load_counts_what_it_sends(built, server, size):
    echo = Echo()
    commands = ("busy 3", "run 0.1", "idle 20", "prove", "run 0.1")
    answers, status = loaded(built, server(echo), size, *commands)
    assert status == 0
    opened, first, idle, proved, second = answers
    assert (opened["opened"], idle["opened"], proved["proved"]) == (3, 20, 20)
    requests = first["requests"] + second["requests"]
    assert first["requests"] >= 3 and second["requests"] >= 3
    assert echo.bytes == size * (3 + 20 + 20 + requests)
    for run in (first, second):
        assert run["seconds"] >= 0.1
        assert 0 < run["load_cpu"] <= run["seconds"]
        assert 0 < run["p50"] <= run["p90"] <= run["p99"] <= run["max"]
        assert run["max"] <= run["seconds"] * 1e6


@BUILDS
def test_the_load_measures_the_time_of_a_round_trip(built, server):
    (_, run), _ = loaded(built, server(Echo(late=0.02)), 64, "busy 2", "run 0.1")
    assert run["p50"] >= 20_000  # µs
    assert 2 <= run["requests"] <= 2 * 6
    assert run["load_cpu"] < run["seconds"] / 2


def wrong(client):
    client.recv(64)
    client.sendall(b"x" * 64)


def too_much(client):
    client.sendall(client.recv(64) + b"x")


def hang_up(client):
    client.recv(64)
    client.close()


@BUILDS
@pytest.mark.parametrize(
    ("serve", "words"),
    [
        (wrong, "other bytes than it got"),
        (too_much, "what nobody had sent it"),
        (hang_up, "the server closed a connection"),
    ],
)
def test_the_load_tells_of_a_server_that_does_not_echo(built, server, serve, words):
    answers, status = loaded(built, server(serve), 64, "busy 1", "idle 1", "run 0.2")
    assert status == 1 and words in answers[-1]["error"]


@BUILDS
def test_the_load_notices_an_idle_connection_that_was_closed(built, server):
    opened = []

    def first_only(client):
        opened.append(client)
        if len(opened) == 1:
            return Echo()(client)
        client.sendall(client.recv(64))
        client.close()

    answers, status = loaded(built, server(first_only), 64, "busy 1", "idle 5", "run 0.2")
    assert status == 1 and "closed a connection" in answers[-1]["error"]


@BUILDS
@pytest.mark.parametrize("command", ["run 1", "busy", "busy x", "nonsense", "prove 2", "busy -1"])
def test_the_load_refuses_what_it_does_not_know(built, command):
    answers, status = loaded(built, 1, 64, command)
    assert status == 1 and "no such command" in answers[-1]["error"]


@BUILDS
def test_nobody_listens(built):
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        answers, status = loaded(built, reserved.getsockname()[1], 64, "busy 1")
    assert status == 1 and "refused" in answers[-1]["error"]


# The servers


@BUILDS
@pytest.mark.parametrize(
    "name", ["raw_epoll", "threads", "asyncio_protocol", "asyncio_streams", "echo_with_send",
             "echo_predicates"],
)  # fmt: skip
def test_a_server_echoes_and_ends(built, part, name):
    rig = part("rig")
    engine = ROOT / "solutions" if name.startswith("echo") else None
    path = str(BENCHMARKS / "servers" / f"{name}.py")
    command = [sys.executable, "-W", "ignore", path, "--port", "0"]
    process = rig.Process(command, min(rig.os.sched_getaffinity(0)), engine)
    try:
        port = process.line().rpartition(":")[2].strip()
        for size in (64, 5_000_000):  # more than a socket buffers: it has to remember
            answers, status = loaded(built, port, size, "busy 2", "idle 5", "run 0.05", "prove")
            assert status == 0, answers
        process.process.send_signal(signal.SIGINT)
        assert process.process.wait(20) == 0
        process.errors.seek(0)
        assert process.errors.read() == b""
    finally:
        process.stop()


# A run


@BUILDS
def test_a_short_run(tmp_path):
    saved, picture = tmp_path / "run.json", tmp_path / "run.svg"
    words = ("--passes", 1, "--rounds", 2, "--seconds", 0.05, "--json", saved, "--plot", picture)
    done = bench("--servers", "epoll,threads", "--loads", "busy-5,idle-20", *words)
    assert done.returncode == 0, done.stderr
    results = json.loads(saved.read_text("utf-8"))
    assert [load["name"] for load in results["loads"]] == ["busy-5", "idle-20"]
    for load in results["loads"]:
        assert list(load["servers"]) == ["epoll", "threads"] and not load["failed"]
        for server in load["servers"].values():
            assert [one["round"] for one in server["rounds"]] == [0, 1]
            for one in server["rounds"]:
                assert one["requests"] > 0 and 0 < one["total"] < one["seconds"] * 1.1
                assert 0 <= one["user"] <= one["ticked"] + 0.01  # ticks of up to 10 ms
    idle = results["loads"][1]["servers"]["epoll"]
    assert len(idle["open_seconds"]) == 1 and idle["open_seconds"][0] > 0
    assert "5 busy, 64 bytes" in done.stdout and "1 busy among 20 idle" in done.stdout
    assert "raw epoll" in done.stdout and socket.gethostname() not in done.stdout
    assert len(ElementTree.parse(picture).getroot()) > 3
    again = bench("--read", saved)
    assert again.stdout == done.stdout


@BUILDS
def test_what_cannot_run_is_left_out_and_named(tmp_path):
    (tmp_path / "asyncore.py").write_text("raise RuntimeError('not this one')\n")
    words = ("--passes", 1, "--rounds", 1, "--seconds", 0.02, "--engine", tmp_path)
    done = bench("--servers", "epoll,own,asyncore-select", "--loads", "idle-1100", *words)
    assert done.returncode == 1, done.stderr
    assert "FAILED: own: RuntimeError: not this one" in done.stdout
    assert "left out: asyncore-select: " in done.stdout
    assert [line for line in done.stdout.splitlines() if line.startswith("raw epoll")]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--servers", "nginx"], "no server 'nginx'; there are epoll, fast,"),
        (["--loads", "idle"], "no load 'idle': busy-N, idle-N or bulk-N"),
        (["--loads", "busy-0"], "no load 'busy-0'"),
        (["--seconds", "0"], "--seconds must be more than 0"),
        (["--rounds", "-1"], "--rounds must be more than 0"),
        (["--plot", "no/such/folder/a.svg"], "the folder of --json or --plot does not exist"),
        (["--read", "no-such-file"], "there is no file no-such-file"),
    ],
)
def test_a_bad_option_is_named(words, told):
    done = bench(*words)
    assert done.returncode == 2 and told in done.stderr and "Traceback" not in done.stderr


@pytest.mark.skipif(not proc.LINUX, reason="elsewhere it says that it needs Linux")
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--compiler", "no-such-compiler"], "no C compiler found (no-such-compiler)"),
        (["--python", "no-such-python"], "no-such-python is no Python"),
    ],
)
def test_what_is_missing_is_named(words, told):
    done = bench("--loads", "busy-1", *words)
    assert done.returncode == 2 and told in done.stderr and "Traceback" not in done.stderr


# The tables


def rounds(*costs, seconds=1.0, requests=1000):
    """Rounds of so many µs a request."""
    return [
        {"round": i, "requests": requests, "seconds": seconds, "total": cost * requests / 1e6,
         "user": 0.25, "ticked": 1.0, "p50": 60.0, "p90": 70.0, "p99": 90.0, "max": 99.0,
         "load_cpu": 0.5, "others": 0.0}
        for i, cost in enumerate(costs)
    ]  # fmt: skip


def results(**loads):
    """Results of loads: {load: {server: (rounds, seconds to open, bytes each)}}."""
    found = []
    for name, servers in loads.items():
        kind, number = name.split("_")
        found.append(
            {
                "name": f"{kind}-{number}", "title": name, "busy": int(number),
                "idle": int(number) if kind == "idle" else 0, "size": 64,
                "left_out": {}, "failed": {},
                "servers": {
                    server: {"title": server, "base": "asyncore-poll", "rounds": made,
                             "open_seconds": opened, "idle_bytes": each}
                    for server, (made, opened, each) in servers.items()
                },
            }
        )  # fmt: skip
    machine = {"cores": 2, "processor": "a < b", "system": "Linux 6", "python": "3"}
    return {"date": "2026-01-01 00:00", "mode": "test", "machine": machine, "loads": found}


def test_ratios_are_taken_round_by_round(part):
    report = part("report")
    # The machine is twice as slow in the last round: the ratio does not see it.
    mine, base = rounds(11, 11, 22), rounds(10, 10, 20)
    assert report.ratios(mine, base, report.cpu) == pytest.approx([1.1, 1.1, 1.1])
    assert report.ratios(mine[1:], base[:2], report.cpu) == pytest.approx([1.1])  # round 1 alone
    assert report.ratios(mine[:1], base[1:], report.cpu) == []
    line = report.Goal("so much", 1.05, [1.0, 1.1, 1.2]).line()
    assert line.split() == ["so", "much", "1.10", "1.05–1.15", "≤", "1.05", "MISSED"]
    assert report.middle(rounds(3, 1, 2), report.cpu) == pytest.approx(2)
    assert report.spread(rounds(9, 10, 11), report.cpu) == pytest.approx(0.05)
    assert report.spread(rounds(9, 10), report.cpu) is None
    assert report.user_share(rounds(1, 1)) == pytest.approx(0.25)


def test_goals_say_what_is_met_and_what_this_run_cannot_tell(part):
    report = part("report")
    busy = {
        "fast": (rounds(10.9, requests=950), [], []),
        "epoll": (rounds(10), [], []),
        "asyncore-poll": (rounds(10), [], []),
    }
    few = {"fast": (rounds(10), [], [])}
    many = {
        "fast": (rounds(13), [0.5], [600]),
        "asyncore-poll": (rounds(13 * 151), [], []),
        "streams": (rounds(20), [], [5000]),
    }
    found = {
        goal.text: goal.met
        for goal in report.goals(report.View(results(busy_50=busy, idle_10=few, idle_10000=many)))
    }
    assert found["busy_50: CPU a request × raw epoll"] is True
    assert found["busy_50: CPU a request × asyncore-poll"] is False
    assert found["busy_50: CPU a request × asyncore-select"] is None
    assert found["busy_50: requests/s × epoll"] is True
    assert found["10,000 idle: CPU a request × the same among 10"] is False
    assert found["10,000 idle: CPU a request, asyncore-poll × fast"] is True
    assert found["10,000 idle: p50, asyncore-poll × fast"] is False
    assert found["10,000 idle: CPU a request, asyncore-poll-pred × fast-pred"] is None
    assert found["fast: seconds to open 10,000 connections"] is True
    assert found["fast: memory of an idle connection, × asyncio streams"] is True


def test_the_text_fits_and_the_picture_is_whole(part):
    report, plot = part("report"), part("plot")
    title = "reference engine, pred."
    busy = {name: (rounds(10, 11, 12), [], []) for name in ("epoll", title)}
    idle = {name: (rounds(1e4, 1.1e4, 2e4), [27.0], [1234]) for name in ("epoll", title)}
    run = results(busy_50=busy, idle_1000=idle, idle_10000=idle)
    run["loads"][0]["left_out"] = {"fast": "there is none"}
    told = report.text(run)
    assert max(map(len, told.splitlines())) <= 100
    assert "left out: fast: there is none" in told and "27.000" in told and "1.23" in told
    for lang in ("en", "zh"):
        picture = plot.svg(run, lang)
        drawn = ElementTree.fromstring(picture)
        words = [element.text for element in drawn.iter() if element.tag.endswith("text")]
        assert plot.WORDS[lang]["busy"] in words and words.count(title) == 2
        assert "11.00" in words and "10k" in words
        assert not any(word in picture for word in ("<script", "@import", "http://127", "url("))
    assert plot.svg(results(), "en").startswith("<svg")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_picture_on_the_page_is_that_of_the_recorded_run(lang, tmp_path):
    picture = tmp_path / "run.svg"
    saved = BENCHMARKS / "recorded" / "engine.json"
    done = bench("--read", saved, "--plot", picture, "--lang", lang)
    assert done.returncode == 0, done.stderr
    shown = ROOT / "docs" / "figures" / f"07_cost.{lang}.html"
    assert shown.read_text("utf-8") == picture.read_text("utf-8")


# The forwarders


@pytest.fixture
def backend(built, part):
    """Start the backend: its port."""
    started = []

    def start(size, answer=None):
        rig = part("rig")
        command = [str(built.parent / "backend"), str(size)] + [str(answer)] * bool(answer)
        process, port = rig.listening(command, min(rig.os.sched_getaffinity(0)))
        started.append(process)
        return port

    yield start
    for process in started:
        process.stop()


@BUILDS
def test_the_backend_echoes_or_answers(built, backend):
    commands = ("busy 3", "idle 20", "run 0.05", "prove")
    for size, answer in ((1, None), (64, None), (3_000_000, None), (64, 3_000_000), (1000, 1)):
        port = backend(min(size, 1 << 20), answer)
        answers, status = loaded(built, port, size, *commands, answer=answer)
        assert status == 0, answers
    answers, status = loaded(built, backend(64, 100), 64, "busy 1", "idle 1", answer=99)
    assert status == 1 and "what nobody had sent it" in answers[-1]["error"]
    answers, status = loaded(built, backend(64), 64, "busy 1", answer=64)
    assert status == 0  # an echo of the pattern is the pattern


FORWARDERS = ("c-copy", "c-splice", "fast", "asked", "reference", "article", "article-nodelay",
              "protocol", "streams", "socat", "haproxy", "nginx")  # fmt: skip


@BUILDS
@pytest.mark.parametrize("name", FORWARDERS)
def test_a_forwarder_forwards(built, backend, part, name):
    """Both ways, more than the kernel holds; and the end of a session ends both of its sides."""
    rig, forwarders = part("rig"), part("forwarders")
    found = {one.name: one for one in forwarders.all_forwarders()}
    assert tuple(found) == FORWARDERS
    standard = rig.has_asyncore(sys.executable)
    if why := forwarders.why_not(found[name], forwarders.load_named("busy-5"), standard=standard):
        missing = found[name].kind == "others" and os.environ.get("CI") == "true"
        pytest.fail(why) if missing else pytest.skip(why)  # CI has what is not ours
    for size, answer in ((64, None), (3_000_000, None), (64, 8_000_000)):
        port = backend(min(size, 1 << 20), answer)
        one = dataclasses.replace(found[name], target=port, folder=built.parent)
        process, there = one.start(sys.executable, min(rig.os.sched_getaffinity(0)))
        try:
            first = len(os.listdir(f"/proc/{process.pid}/fd"))
            commands = ("busy 2", "idle 5", "run 0.05", "prove")
            answers, status = loaded(built, there, size, *commands, answer=answer)
            assert status == 0, answers
            until = time.monotonic() + 20
            while len(rig.family(process.pid)) > 1 or (
                len(os.listdir(f"/proc/{process.pid}/fd")) > first + 2  # a spare one, a pipe
            ):
                assert time.monotonic() < until, "sessions are left"
                time.sleep(0.01)
        finally:
            process.stop()


@BUILDS
@pytest.mark.parametrize("how", ["copy", "splice"])
def test_the_c_forwarder_forwards_eof_and_pressure(built, how):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        command = [str(built.parent / "forward"), how, str(listener.getsockname()[1])]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            port = int(process.stdout.readline().rpartition(":")[2])
            with socket.create_connection(("127.0.0.1", port), 20) as near:
                far, _ = listener.accept()
                near.setblocking(False)
                sent, until = 0, time.monotonic() + 1
                while time.monotonic() < until:
                    try:
                        sent += near.send(bytes(1 << 16))
                    except BlockingIOError:
                        time.sleep(0.01)
                assert sent < 100_000_000
                near.settimeout(20)
                near.shutdown(socket.SHUT_WR)
                far.settimeout(20)
                heard = 0
                while data := far.recv(1 << 20):
                    heard += len(data)
                assert heard == sent
                far.sendall(b"goodbye")
                far.close()
                assert near.recv(100) == b"goodbye" and near.recv(100) == b""
            process.kill()


@BUILDS
def test_a_short_run_of_the_forwarders(tmp_path):
    saved, picture = tmp_path / "run.json", tmp_path / "run.svg"
    words = ("--passes", 1, "--rounds", 2, "--seconds", 0.05, "--json", saved, "--plot", picture)
    names = ("--servers", "c-copy,fast,streams", "--loads", "busy-50,trip-2,down-2")
    done = bench(*names, *words, program="forwarder.py")
    assert done.returncode == 0, done.stdout + done.stderr
    results = json.loads(saved.read_text("utf-8"))
    assert [load["answer"] for load in results["loads"]] == [0, 0, 8 << 20]
    for load in results["loads"]:
        assert list(load["servers"]) == ["c-copy", "fast", "streams"] and not load["failed"]
        for server in load["servers"].values():
            assert all(0 < one["load_cpu"] < one["seconds"] * 1.1 for one in server["rounds"])
    assert "round trips of 64 KiB on 2 connections" in done.stdout
    assert "round trips of 64 bytes on 50 connections: × c-copy" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 100
    assert len(ElementTree.parse(picture).getroot()) > 3
    assert bench("--read", saved, program="forwarder.py").stdout == done.stdout


@BUILDS
def test_a_forwarder_that_is_not_installed_is_left_out(tmp_path):
    there = tmp_path / "bin"
    there.mkdir()
    for name in (COMPILER, *filter(None, map(shutil.which, ("as", "ld", "collect2")))):
        (there / Path(name).name).symlink_to(name)
    words = ("--passes", 1, "--rounds", 1, "--seconds", 0.02, "--loads", "busy-2")
    done = bench(
        "--servers", "c-copy,socat,nginx,haproxy", *words, program="forwarder.py",
        env={"PATH": str(there)},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    for name in ("socat", "nginx", "haproxy"):
        told = f"left out: {name}: it is not installed (Debian, Ubuntu: apt-get install {name})"
        assert told in done.stdout


def test_the_goals_of_the_forwarder(part):
    report, told = part("report"), part("forwarder_report")
    everybody = dict.fromkeys(("c-copy", "c-splice", "nginx", "haproxy", "protocol"))
    busy = {name: (rounds(10), [], []) for name in everybody}
    busy["fast"] = rounds(10, requests=720), [], []
    run = results(busy_50=busy, busy_400=busy, down_1=busy)
    for load in run["loads"]:
        load["answer"] = 8 << 20 if load["name"] == "down-1" else 0
    found = {goal.text: goal.met for goal in told.goals(report.View(run))}
    assert found["busy_50: × c-copy"] is True and found["busy_400: × c-copy"] is True
    assert found["busy_50: × protocol"] is False and found["busy_50: × streams"] is None
    assert found["down_1: × c-splice"] is False and found["down_1: × nginx"] is False
    for lang in ("en", "zh"):
        drawn = ElementTree.fromstring(told.svg(run, lang))
        words = [element.text for element in drawn.iter() if element.tag.endswith("text")]
        assert told.WORDS[lang]["down"] in words and "8,389" in words  # MB/s
    assert max(map(len, told.text(run).splitlines())) <= 100


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_forwarders_on_the_page_are_those_of_the_recorded_run(lang, tmp_path):
    picture = tmp_path / "run.svg"
    saved = BENCHMARKS / "recorded" / "forwarder.json"
    done = bench("--read", saved, "--plot", picture, "--lang", lang, program="forwarder.py")
    assert done.returncode == 0, done.stderr
    shown = ROOT / "docs" / "figures" / f"09_cost.{lang}.html"
    assert shown.read_text("utf-8") == picture.read_text("utf-8")
