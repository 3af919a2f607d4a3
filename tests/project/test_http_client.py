"""The reference client: its parser without a network, and against every mode of the origin; and the
origin as it is started by hand."""

import http.client
import importlib.util
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from looplab import origin
from looplab.course import ROOT

SOLUTIONS = ROOT / "solutions"
CLIENT = SOLUTIONS / "08_http_client" / "http_client.py"
PAGE = len(origin.PAGE)


def load(name, path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def parse():
    """What an Answer says of these pieces: (status, length, complete), or ValueError."""
    before = sys.modules.get("asyncore")
    sys.modules["asyncore"] = load("asyncore", SOLUTIONS / "asyncore.py")
    try:
        module = load("http_client_reference", CLIENT)
    finally:
        sys.modules.pop("asyncore")
        if before is not None:
            sys.modules["asyncore"] = before

    def parsed(*pieces, eof=False):
        one = module.Answer()
        for piece in pieces:
            one.feed(piece)
        if eof:
            one.feed_eof()
        return one.status, one.length, one.complete

    return parsed


def cut(data, at):
    edges = [0, *sorted({n % (len(data) + 1) for n in at}), len(data)]
    return [data[a:b] for a, b in zip(edges, edges[1:], strict=False)]


NAMES = st.text("abcXYZ-0123", min_size=1, max_size=9).filter(lambda n: n.lower() != "content")
VALUES = st.text("abc :;=,/09 ", max_size=20)
HEADS = st.lists(st.tuples(NAMES.map("X-{}".format), VALUES), max_size=5)
CUTS = st.lists(st.integers(0, 10_000), max_size=12)


@given(HEADS, st.binary(max_size=200), CUTS, st.booleans(), st.integers(100, 599))
def test_any_cut_is_the_same_answer(parse, headers, body, at, promised, status):
    lines = [f"HTTP/1.0 {status} x", *(f"{name}: {value}" for name, value in headers)]
    if promised:
        lines.append(f"content-LENGTH:{len(body)}")
    data = "\r\n".join([*lines, "", ""]).encode() + body
    assert parse(*cut(data, at), eof=True) == (status, len(body), True)
    if promised and body:
        assert parse(*cut(data[:-1], at), eof=True) == (status, len(body) - 1, False)
        assert parse(*cut(data + b"more", at)) == (status, len(body), True)
    if not promised:
        assert not parse(*cut(data, at))[2]


def test_every_single_cut(parse):
    data = origin.head(PAGE) + origin.PAGE
    for at in range(len(data) + 1):
        assert parse(data[:at], data[at:]) == (200, PAGE, True)
        assert parse(data[:at], eof=True)[2] is (at == len(data))
    assert parse(*(bytes([byte]) for byte in data)) == (200, PAGE, True)


@given(st.binary(max_size=300), CUTS)
def test_what_is_no_answer_is_a_value_error_or_incomplete(parse, data, at):
    try:
        status, _, complete = parse(*cut(data + b"\r\n\r\n", at))
    except ValueError:
        return
    assert status is None and not complete


@pytest.mark.parametrize(
    "head",
    [
        "HTTP/1.0\r\n\r\n",
        "HTTP/1.0 two hundred\r\n\r\n",
        "HTTP/2 200\r\n\r\n",
        "ICY 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.0 200 OK\r\nContent-Length: many\r\n\r\n",
        "HTTP/1.0 200 OK\r\nX: " + "x" * 70_000,
    ],
)
def test_heads_that_are_none(parse, head):
    with pytest.raises(ValueError):
        parse(head.encode())


# -- against every mode

OUTCOMES = {
    "normal": ("200", PAGE, 0),
    "drip": ("200", PAGE, 0),
    "split": ("200", PAGE, 0),
    "slow": ("200", PAGE, 0),
    "rst-mid-body": ("truncated", PAGE // 2, 2),
    "huge": ("200", origin.HUGE, 0),
    "keep-open": ("200", PAGE, 0),
    "till-close": ("200", PAGE, 0),
    "short-body": ("truncated", PAGE, 2),
    "no-head": ("truncated", 0, 2),
    "chunk-unknown": ("unreadable", 0, 2),
    "many-headers": ("200", PAGE, 0),
    "endless-head": ("unreadable", 0, 2),
    "mute": ("timeout", 0, 1),
    "refuse": ("ECONNREFUSED", 0, 1),
    "blackhole": ("timeout", 0, 1),
}
BY_DESIGN = {"slow": origin.SLOW, "drip": 2.0, "mute": 0.4, "blackhole": 0.4}


@pytest.fixture
def at():
    """The address of an origin in a mode, which goes on until the tests have ended."""

    def begin(mode):
        ready, lines = threading.Event(), []

        def say(line):
            lines.append(line)
            ready.set()

        threading.Thread(target=origin.serve, args=(mode, 0, say), daemon=True).start()
        assert ready.wait(10)
        return lines[0].rpartition(" ")[2], lines

    return begin


def test_every_mode_has_its_outcome():
    assert set(OUTCOMES) == set(origin.NAMES)


@pytest.mark.parametrize("mode", origin.NAMES)
def test_the_reference_against(mode, at):
    address, lines = at(mode)
    word, length, status = OUTCOMES[mode]
    limit = "0.4" if word == "timeout" else "9"
    command = [sys.executable, str(CLIENT), "--timeout", limit, url := f"http://{address}/x"]
    took = []
    for _ in range(3):  # within 1 s but where it is slow by design; a pause is no verdict
        began = time.monotonic()
        env = {"PYTHONPATH": str(SOLUTIONS)}
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=30)
        took.append(time.monotonic() - began)
        assert (done.stdout, done.stderr) == (f"{word} {length} {url}\n", "")
        assert done.returncode == status
        if took[-1] < 1 + BY_DESIGN.get(mode, 0):
            break
    assert min(took) < 1 + BY_DESIGN.get(mode, 0)
    if mode not in origin.DOORS:
        assert lines[1].endswith("b'GET /x HTTP/1.0\\r\\n'") and f"Host: {address}" in lines[2]


@pytest.mark.parametrize("mode", ["normal", "drip", "keep-open", "many-headers", "chunk-unknown"])
def test_a_client_that_is_not_ours_understands_the_origin(mode, at):
    host, _, port = at(mode)[0].partition(":")
    client = http.client.HTTPConnection(host, int(port), timeout=10)
    client.request("POST", "/y", body=b"z" * 1000)
    assert client.getresponse().read() == origin.PAGE
    client.close()


def test_a_split_goes_through_all_cuts(at):
    host, _, port = at("split")[0].partition(":")
    whole = origin.head(PAGE) + origin.PAGE
    for n in range(1, 4):
        with socket.create_connection((host, int(port)), timeout=10) as sock:
            sock.sendall(b"GET / HTTP/1.0\r\n\r\n")
            first = sock.recv(8192)
            assert first == whole[:n] or len(first) > n  # held up: it read late
            rest = b""
            while data := sock.recv(8192):
                rest += data
            assert first + rest == whole


# -- by hand


def looplab(*args, **more):
    command = [sys.executable, "-P", "-m", "looplab.cli", *args]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, **more
    )


def with_ctrl_c():
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.mark.parametrize("mode", ["normal", "refuse", "blackhole"])
def test_by_hand(mode):
    server = looplab("origin", mode, "--port", "0", preexec_fn=with_ctrl_c)
    try:
        line = server.stdout.readline()
        assert line.startswith("listening on 127.0.0.1:")
        if mode == "normal":
            port = int(line.rpartition(":")[2])
            with socket.create_connection(("127.0.0.1", port), timeout=10) as sock:
                sock.sendall(b"GET /me HTTP/1.0\r\nHost: here\r\n\r\n")
                while sock.recv(8192):
                    pass
            assert server.stdout.readline().endswith(" b'GET /me HTTP/1.0\\r\\n'\n")
        server.send_signal(signal.SIGINT)
        _, errors = server.communicate(timeout=10)
        assert (server.returncode, errors) == (0, "")
    finally:
        server.kill()


@pytest.mark.parametrize(("lang", "words"), [("en", "did you mean: slow"), ("zh", "slow")])
def test_an_unknown_mode_is_told_with_near_ones(lang, words):
    server = looplab("--lang", lang, "origin", "slwo")
    _, errors = server.communicate(timeout=30)
    assert server.returncode == 2
    assert words in errors and "blackhole" in errors
