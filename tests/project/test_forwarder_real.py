"""The reference forwarder between programs that are not ours, and what it must stand."""

import asyncio
import contextlib
import hashlib
import http.client
import os
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

import pexpect
import pytest

from looplab.checks import proc
from looplab.course import ROOT

pytestmark = pytest.mark.skipif(not proc.LINUX, reason="/proc tells what it holds")

FORWARDER = ROOT / "solutions/09_forwarder/forwarder.py"
ENGINES = {"reference": ROOT / "solutions", "fast": ROOT / "solutions/fast"}
MB = 1 << 20
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close() sends a reset
PATIENCE = 60  # seconds until something counts as not happening, however busy the machine


def need(*names: str) -> None:
    """Programs of the system: without them the test is left out, but for CI, where it fails."""
    if missing := [name for name in names if not shutil.which(name)]:
        reason = f"not installed: {', '.join(missing)}"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)


def until(holds, what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, what
        time.sleep(0.01)


class Process:
    """A program in the background, its output in a file; ended when the test is over."""

    def __init__(self, command, folder: Path, **environment: str) -> None:
        self.output = folder / f"{len(list(folder.iterdir()))}.out"
        with self.output.open("wb") as out:
            self.process = subprocess.Popen(
                [str(word) for word in command],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=dict(os.environ, PYTHONUNBUFFERED="1", **environment),
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
            )
        self.pid = self.process.pid

    def port(self, pattern: str) -> int:
        """The port that it says it listens on."""

        def said() -> "re.Match[str] | None":
            assert self.process.poll() is None, self.output.read_text()
            return re.search(pattern, self.output.read_text())

        until(said, "it does not say where it listens")
        found = said()
        assert found
        return int(found[1])

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(PATIENCE)
        finally:
            self.process.kill()


class Forwarder(Process):
    def __init__(self, target: int, engine: str, folder: Path) -> None:
        command = [sys.executable, FORWARDER, "--port", "0"]
        to = ["--to", f"127.0.0.1:{target}"]
        super().__init__(command + to, folder, PYTHONPATH=str(ENGINES[engine]))
        self.address = "127.0.0.1", self.port(r"^listening on 127\.0\.0\.1:(\d+)\n")
        self.at_first = self.fds()

    def fds(self) -> int:
        return proc.open_fds(self.pid)

    def memory(self) -> int:
        return proc.memory([self.pid])

    def is_free(self) -> None:
        """No session is left."""
        until(lambda: self.fds() == self.at_first, f"{self.fds()} fds, at first {self.at_first}")

    def ends_well(self) -> None:
        assert self.stop() == 0
        assert self.output.read_text() == f"listening on 127.0.0.1:{self.address[1]}\n"


@pytest.fixture
def run(tmp_path):
    """Start a program; all are ended with the test."""
    folder = tmp_path / "output"
    folder.mkdir()
    started: list[Process] = []

    def start(command, **environment: str) -> Process:
        started.append(Process(command, folder, **environment))
        return started[-1]

    start.folder = folder
    start.started = started
    yield start
    for process in started:
        process.process.kill()
        process.process.wait()


@pytest.fixture(params=list(ENGINES))
def forward(run, request):
    """Start the forwarder to a port, on each engine. It must end well."""

    def start(target: int) -> Forwarder:
        run.started.append(Forwarder(target, request.param, run.folder))
        return run.started[-1]

    yield start
    for one in run.started:
        if isinstance(one, Forwarder):
            one.ends_well()


# Clients and servers of others


@pytest.fixture
def site(run, tmp_path):
    """Python's own web server, with a page and 5 MB of noise: its port, the noise."""
    folder = tmp_path / "site"
    folder.mkdir()
    noise = os.urandom(5 * MB)
    (folder / "noise").write_bytes(noise)
    (folder / "page").write_bytes(b"hello\n")
    words = ["--bind", "127.0.0.1", "--protocol", "HTTP/1.1", "--directory", folder, "0"]
    server = run([sys.executable, "-m", "http.server", *words])
    return server.port(r"port (\d+)"), noise


def test_http_client_keeps_its_connection(forward, site):
    port, noise = site
    forwarder = forward(port)
    client = http.client.HTTPConnection(*forwarder.address, timeout=PATIENCE)
    for path, body in (("/page", b"hello\n"), ("/noise", noise), ("/page", b"hello\n")):
        client.request("GET", path)
        answer = client.getresponse()
        assert answer.status == 200 and answer.read() == body
    assert forwarder.fds() == forwarder.at_first + 2  # one session for all three
    client.close()
    forwarder.is_free()


def test_curl_fetches_many_at_once(forward, site, tmp_path):
    need("curl")
    port, noise = site
    forwarder = forward(port)
    host, number = forwarder.address
    words = ["--no-progress-meter", "--fail", "--parallel", "--parallel-max", "10"]
    targets = [tmp_path / f"got{i}" for i in range(10)]
    for target in targets:
        words += ["-o", str(target), f"http://{host}:{number}/noise"]
    done = subprocess.run(["curl", *words], capture_output=True, text=True, timeout=PATIENCE)
    assert (done.returncode, done.stderr) == (0, "")
    assert all(target.read_bytes() == noise for target in targets)
    forwarder.is_free()


def test_curl_is_told_that_nobody_is_there(forward):
    need("curl")
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))  # and never listens
        host, port = forward(reserved.getsockname()[1]).address
        command = ["curl", "--no-progress-meter", f"http://{host}:{port}/"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode in (52, 56)  # empty reply from server; receive failure


def test_a_load_tool_loses_no_request(forward, site):
    need("ab")
    port, _ = site
    forwarder = forward(port)
    host, number = forwarder.address
    # http.server lets 5 wait to be accepted: more at a time would wait for repeated SYNs.
    command = ["ab", "-q", "-n", "500", "-c", "5", f"http://{host}:{number}/page"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    assert re.search(r"^Complete requests: +500$", done.stdout, re.M), done.stdout
    assert re.search(r"^Failed requests: +0$", done.stdout, re.M), done.stdout
    forwarder.is_free()


@pytest.fixture
def redis(run, tmp_path):
    """A redis server that keeps nothing: its port."""
    need("redis-server", "redis-cli", "redis-benchmark")
    for _ in range(5):  # it wants to be told a port; somebody may be quicker
        with socket.socket() as sock:
            sock.bind(("127.0.0.1", 0))
            port = sock.getsockname()[1]
        words = ["--port", port, "--bind", "127.0.0.1", "--save", "", "--dir", tmp_path]
        server = run(["redis-server", *words])

        def ready(server=server) -> bool:
            ended = server.process.poll() is not None
            return ended or "Ready to accept" in server.output.read_text()

        until(ready, "redis does not start")
        if server.process.poll() is None:
            return port
    pytest.fail("redis found no port")


def test_redis_and_its_client(forward, redis):
    forwarder = forward(redis)
    host, port = forwarder.address
    client = ["redis-cli", "-h", host, "-p", str(port)]

    def ask(*words: str, say: bytes = b"") -> bytes:
        done = subprocess.run([*client, *words], input=say, capture_output=True, timeout=PATIENCE)
        assert done.returncode == 0, done.stderr
        return done.stdout

    value = os.urandom(2 * MB).hex().encode()
    assert ask("PING") == b"PONG\n"
    assert ask("-x", "SET", "big", say=value) == b"OK\n"
    assert ask("GET", "big") == value + b"\n"
    many = b"".join(b"SET key%d %d\r\n" % (i, i) for i in range(10_000))
    assert b"errors: 0, replies: 10000" in ask("--pipe", say=many)
    assert ask("DBSIZE") == b"10001\n"
    forwarder.is_free()


def test_redis_under_its_own_load(forward, redis):
    forwarder = forward(redis)
    host, port = forwarder.address
    words = ["-h", host, "-p", str(port), "-c", "50", "-n", "5000", "-t", "set,lrange_100"]
    command = ["redis-benchmark", *words, "-P", "8", "--csv"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    assert '"SET",' in done.stdout and '"LRANGE_100' in done.stdout
    assert "rror" not in done.stdout + done.stderr
    forwarder.is_free()


@pytest.mark.parametrize("program", ["nc", "telnet"])
def test_two_people_talk(forward, program):
    """On terminals of their own, until one of them says goodbye."""
    need("nc", program)
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    keeper = pexpect.spawn("nc", ["-v", "-N", "-l", "127.0.0.1", str(port)], timeout=PATIENCE)
    keeper.expect_exact("Listening on")
    forwarder = forward(port)
    host, number = forwarder.address
    words = ["-N"] if program == "nc" else ["-E"]
    caller = pexpect.spawn(program, [*words, host, str(number)], timeout=PATIENCE)
    for person in keeper, caller:
        person.setecho(False)
    keeper.expect_exact("Connection received")
    for i in range(5):
        caller.sendline(f"question {i}")
        keeper.expect_exact(f"question {i}")
        keeper.sendline(f"answer {i}")
        caller.expect_exact(f"answer {i}")
    if program == "nc":
        caller.sendeof()  # -N: it says EOF; the keeper, who hears it, leaves, and so it leaves too
    else:
        keeper.sendeof()
        caller.expect_exact("Connection closed by foreign host")
    for person in caller, keeper:
        person.expect(pexpect.EOF)
        person.close()
        assert person.exitstatus == 0
    forwarder.is_free()


# What it must stand


@contextlib.contextmanager
def backend(serve):
    """A server in a thread, its connections served by a coroutine: its port."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def start() -> asyncio.Server:
        return await asyncio.start_server(serve, "127.0.0.1", 0, backlog=1024)

    async def end() -> None:
        server.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    server = asyncio.run_coroutine_threadsafe(start(), loop).result(PATIENCE)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop).result(PATIENCE)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError, asyncio.CancelledError):  # reset; or the test is over
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
        writer.write_eof()
    writer.close()


def test_200_sessions_opened_and_closed_at_once(forward):
    with backend(echo) as port:
        forwarder = forward(port)
        clients = [socket.create_connection(forwarder.address, PATIENCE) for _ in range(200)]
        for i, client in enumerate(clients):
            client.sendall(b"%d" % i)
            client.shutdown(socket.SHUT_WR)
        for i, client in enumerate(clients):
            heard = b""
            while data := client.recv(100):
                heard += data
            assert heard == b"%d" % i
        assert forwarder.fds() >= forwarder.at_first
        for client in clients:
            client.close()
        forwarder.is_free()
        # And 200 that leave without a word, half of them by a reset, as soon as they are in.
        clients = [socket.create_connection(forwarder.address, PATIENCE) for _ in range(200)]
        for client in clients[::2]:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        for client in clients:
            client.close()
        with socket.create_connection(forwarder.address, PATIENCE) as last:  # it comes after them
            last.sendall(b"hello")
            assert last.recv(100) == b"hello"
        forwarder.is_free()


def test_50_sessions_three_reset_one_stalled(forward):
    async def whole(number: int) -> None:
        reader, writer = await asyncio.open_connection(*forwarder.address)
        noise = os.urandom(MB)

        async def say() -> None:
            for at in range(0, MB, 1 << 15):
                writer.write(noise[at : at + (1 << 15)])
                await writer.drain()
            writer.write_eof()

        saying = asyncio.create_task(say())
        assert await reader.read(-1) == noise, f"session {number}"
        await saying
        writer.close()

    async def reset(at: int) -> None:
        reader, writer = await asyncio.open_connection(*forwarder.address)
        writer.write(os.urandom(MB))
        await reader.readexactly(at)
        sock = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        writer.transport.abort()

    async def stall() -> asyncio.StreamWriter:
        """Says more than all buffers hold, and hears nothing of its echo."""
        _, writer = await asyncio.open_connection(*forwarder.address, limit=1000)
        writer.write(os.urandom(100 * MB))
        return writer

    async def all_at_once() -> None:
        writer = await stall()
        resets = [reset(at) for at in (1, 200_000, 500_000)]
        await asyncio.wait_for(
            asyncio.gather(*resets, *(whole(i) for i in range(46))), timeout=PATIENCE
        )
        until(lambda: forwarder.fds() <= forwarder.at_first + 2, "more than the stalled is left")
        assert forwarder.fds() == forwarder.at_first + 2
        writer.transport.abort()

    with backend(echo) as port:
        forwarder = forward(port)
        asyncio.run(all_at_once())
        forwarder.is_free()


def test_a_stalled_end_stops_the_sender_two_hops_away(forward):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        second = forward(listener.getsockname()[1])
        first = forward(second.address[1])
        hops = [first, second]
        with socket.create_connection(first.address, PATIENCE) as sender:
            receiver, _ = listener.accept()
            receiver.settimeout(PATIENCE)
            sender.sendall(b"x" * MB)  # what a first message allocates is not counted
            left = MB
            while left:
                left -= len(receiver.recv(left))
            before = [hop.memory() for hop in hops]
            sent = stuffed(sender, [hop.pid for hop in hops])
            assert sent < 100 * MB
            for hop, was in zip(hops, before, strict=True):
                assert hop.memory() - was < MB, f"{sent:,} bytes sent"
            sender.shutdown(socket.SHUT_WR)
            heard = 0
            while data := receiver.recv(MB):
                heard += len(data)
            assert heard == sent
            receiver.close()
        for hop in hops:
            hop.is_free()


def stuffed(sender: socket.socket, pids: "list[int]") -> int:
    """Send until nothing is taken any more and everybody sleeps: the bytes sent."""
    sender.setblocking(False)
    sent, quiet = 0, 0
    while quiet < 20:  # 20 times in a row
        if select.select([], [sender], [], 0.01)[1]:
            with contextlib.suppress(BlockingIOError):
                sent += sender.send(bytes(1 << 16))
            quiet = 0
        else:
            quiet = quiet + 1 if proc.asleep(pids) else 0
    sender.setblocking(True)
    return sent


def test_a_gibibyte_passes_through(forward):
    noise, rounds = os.urandom(16 * MB), 64
    said, heard = hashlib.sha1(), hashlib.sha1()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        forwarder = forward(listener.getsockname()[1])
        sender = socket.create_connection(forwarder.address, PATIENCE)
        receiver, _ = listener.accept()
        receiver.settimeout(PATIENCE)
        buffer = bytearray(MB)

        def hear(most: float) -> int:
            got = 0
            while got < most and (n := receiver.recv_into(buffer)):
                heard.update(memoryview(buffer)[:n])
                got += n
            return got

        def say() -> None:
            for number in range(rounds):
                for data in number.to_bytes(4, "big"), noise:
                    said.update(data)
                    sender.sendall(data)
            sender.shutdown(socket.SHUT_WR)

        first = os.urandom(4 * MB)
        said.update(first)
        threading.Thread(target=sender.sendall, args=(first,)).start()
        hear(len(first))
        before, most = forwarder.memory(), 0
        thread = threading.Thread(target=say)
        thread.start()
        while hear(64 * MB):
            most = max(most, forwarder.memory())
        thread.join(PATIENCE)
        sender.close()
        receiver.close()
        assert heard.digest() == said.digest()
        assert most - before < 4 * MB
        forwarder.is_free()
