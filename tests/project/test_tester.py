"""The tester itself: what it calls stuck, what it must never call stuck, what it leaves behind."""

import errno
import os
import signal
import socket
import textwrap
import threading
import time

import pytest
from conftest import running

from looplab.checks import probes, proc, rounds
from looplab.checks.faults import CheckFailed, say
from looplab.checks.tester import NotThere, Setting, Tester, calibrate

HEAD = """\
import os, select, signal, socket, sys, threading, time
listener = socket.create_server(("127.0.0.1", 0), backlog=128)
print(f"listening on 127.0.0.1:{listener.getsockname()[1]}")
"""
LINUX = pytest.mark.skipif(not proc.LINUX, reason="the stuck detector reads /proc")


@pytest.fixture
def start(tmp_path):
    """Start a program whose text follows the ready line; a client is connected to it."""
    testers = []

    def begin(body: str, forbidden: tuple[str, ...] = ()) -> Tester:
        for earlier in testers:  # one program at a time, as in every check
            earlier.close()
        path = tmp_path / "02_select" / "program.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(HEAD + textwrap.dedent(body))
        tester = Tester(Setting(path, forbidden, "seed", 1.0))
        testers.append(tester)
        tester.start()
        tester.connect()
        return tester

    yield begin
    for tester in testers:
        tester.close()
    assert not running(tmp_path)


def printed(tester: Tester, word: str) -> bool:
    return any(word in line for line in tester.lines())


ASLEEP = {
    "accept": ("client, _ = listener.accept()\nlistener.accept()\n", "accept", 5),
    "recv": ("client, _ = listener.accept()\nclient.recv(1)\n", "recv", 5),
    "select": ("client, _ = listener.accept()\nselect.select([client], [], [])\n", "select", 5),
    "poll": ("p = select.poll()\np.register(0, 0)\np.poll()\n", "poll", 6),
    "join": (
        "t = threading.Thread(target=os.read, args=(0, 1))\nt.start()\nt.join()\n",
        "a lock or join",
        6,
    ),
    "child": ("if os.fork() == 0:\n    os.read(0, 1)\nos.wait()\n", "wait", 6),
}


@LINUX
@pytest.mark.parametrize("name", ASLEEP)
def test_a_program_that_sleeps_for_good_is_stuck_at_once(start, name):
    body, call, line = ASLEEP[name]
    tester = start(body)
    with pytest.raises(NotThere) as why:
        tester.until(lambda: printed(tester, "never"))
    assert why.value.stuck and why.value.waited < 2
    assert why.value.stuck[0].call == call
    failed = tester.blame(say("ready"), why.value, "silent")
    assert failed.where.line == line and failed.where.call == call


AWAKE = {
    "sleeps a while": "time.sleep(1.5)\nprint('done')\n",
    "waits with a timeout": "select.select([], [], [], 1.5)\nprint('done')\n",
    "polls with a timeout": "p = select.poll()\np.poll(1500)\nprint('done')\n",
    "socket timeout": "listener.accept()\nlistener.settimeout(1.5)\ntry:\n    listener.accept()\n"
    "except TimeoutError:\n    print('done')\n",
    "another thread works": "threading.Timer(1.5, lambda: print('done')).start()\n"
    "listener.accept()\n",
    "computes": "end = time.monotonic() + 1.5\nwhile time.monotonic() < end:\n    pass\n"
    "print('done')\n",
    "a child works": "if os.fork() == 0:\n    time.sleep(1.5)\n    print('done')\n    os._exit(0)\n"
    "os.wait()\n",
}


@pytest.mark.parametrize("name", AWAKE)
def test_a_program_that_may_still_move_is_never_stuck(start, name):
    tester = start(AWAKE[name])
    took = tester.until(lambda: printed(tester, "done"))
    assert took > 1


@LINUX
def test_output_that_is_still_on_its_way_is_waited_for(start):
    """The terminal hands it on late: here the selector never hears of it at all."""
    tester = start(
        "client, _ = listener.accept()\nclient.recv(9)\nprint('done')\nlistener.accept()\n"
    )
    tester._selector.unregister(tester.program.stdout_fd)
    tester.peers[0].send(b"now")
    tester.until(lambda: printed(tester, "done"))
    with pytest.raises(NotThere) as why:
        tester.until(lambda: printed(tester, "never"))
    assert why.value.stuck


def test_not_armed_means_the_deadline_decides(start):
    tester = start("listener.accept()\nlistener.accept()\n")
    began = time.monotonic()
    with pytest.raises(NotThere) as why:
        tester.until(lambda: False, seconds=1, armed=False)
    assert why.value.stuck is None and time.monotonic() - began >= 1


def test_a_machine_that_stands_still_is_not_the_program_s_fault(start):
    """Neither the limit nor the quiet counts the time in which the tester did not run."""
    tester = start("time.sleep(2.5)\nprint('done')\n")
    pauses = iter([2.0])
    tester.chores.append(lambda: bool(time.sleep(next(pauses, 0))))
    tester.until(lambda: printed(tester, "done"), seconds=1.5)


@LINUX
def test_a_program_that_waits_for_its_disk_is_waited_for(start, tmp_path):
    """As long as a new process has not begun, its parent's sleep is a disk's: uninterruptible."""
    os.mkfifo(tmp_path / "late")
    tester = start(f"""\
        listener.accept()
        late = (os.POSIX_SPAWN_OPEN, 0, {str(tmp_path / "late")!r}, os.O_RDONLY, 0)
        os.posix_spawn(sys.executable, [sys.executable, "-c", ""], os.environ, file_actions=[late])
        print('done')
        """)
    opener = threading.Timer(1.5, lambda: os.close(os.open(tmp_path / "late", os.O_WRONLY)))
    opener.start()
    tester.until(lambda: printed(tester, "done"), seconds=1.0)
    opener.join()


def test_the_client_that_a_blocked_program_waits_for_is_named(start):
    tester = start("a, _ = listener.accept()\nb, _ = listener.accept()\na.recv(1)\n")
    tester.connect()
    with pytest.raises(NotThere) as why:
        tester.until(lambda: False)
    failed = tester.blame(say("ready"), why.value, "silent")
    assert (failed.fault, failed.where.waits_for) == ("blocked-in-recv", "A")


def test_a_tester_that_ignores_ctrl_c_does_not_hand_that_on(start):
    """As a shell does to what it starts in the background."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        tester = start("try:\n    select.select([], [], [])\nexcept KeyboardInterrupt:\n    pass\n")
    finally:
        signal.signal(signal.SIGINT, before)
    probes.quits(tester)


def test_clients_that_come_after_the_end_are_turned_away(start):
    tester = start("listener.accept()[0].recv(1)")  # then it ends: its pipes' numbers are free
    tester.peers[0].send(b"x")
    tester.until(lambda: tester.program.ended() and tester.program.stderr_fd is None, armed=False)
    late = [tester.begin_connect() for _ in range(20)]
    tester.until(lambda: all(peer.was_reset for peer in late), armed=False)


def test_idle_and_busy_are_told_apart(start):
    assert start("listener.accept()\nselect.select([listener], [], [])\n").share(0.3) < 0.1
    assert start("while True:\n    pass\n").share(0.3) > 0.8


def test_a_spinner_that_had_to_wait_for_its_core_is_a_spinner(start, monkeypatch):
    tester = start("while True:\n    pass\n")
    shares = iter([0.5, 0.1, 1.0])
    monkeypatch.setattr(tester, "share", lambda seconds: next(shares))
    assert tester.blame(say("ready"), None, "silent").fault == "busy-loop"


def test_a_traceback_shows_own_frames_only(start):
    tester = start("import json\ndef f():\n    json.loads('no')\nlistener.accept()\nf()\n")
    failed = tester.failure("silent", say("ready")) if tester.program.ended() else None
    while failed is None or failed.fault == "silent":
        tester.pump(0.01)
        failed = tester.blame(say("ready"), None, "silent") if tester.program.ended() else None
    assert failed.fault == "crashed" and failed.where.line == 6
    assert "JSONDecodeError" in failed.trace[-1]
    assert [line for line in failed.trace if "json" in line and "File" in line] == []


def test_a_forbidden_import_is_found_wherever_it_hides(start):
    for line in ("import threading", "from threading import Thread", "import os, threading as t"):
        with pytest.raises(CheckFailed) as why:
            start(f"def f():\n    {line}\n", forbidden=("threading",))
        assert why.value.fault == "forbidden-import"


def test_calibration_is_never_below_an_idle_machine():
    assert 1.0 <= calibrate() <= 4.0


# A client that does not read, and what is on its way to one that does


@LINUX
def test_what_a_client_does_not_read_fills_the_kernel(start):
    body = "client, _ = listener.accept()\nclient.sendall(bytes(64 << 20))\ntime.sleep(60)\n"
    tester = start(body)  # one that ended here would leave bytes under way
    (peer,) = tester.peers
    peer.hold()
    probes.filled(tester, peer)
    assert proc.unread(peer.sock) > 0
    with pytest.raises(NotThere) as why:
        tester.until(lambda: False)
    assert why.value.stuck[0].call == "send"
    peer.read_on()
    tester.until(lambda: len(peer.received) == 64 << 20, seconds=20)


@LINUX
def test_bytes_on_their_way_to_a_reader_are_not_the_end(start):
    body = "client, _ = listener.accept()\nclient.sendall(bytes(64 << 20))\n"
    tester = start(body)
    (peer,) = tester.peers
    peer.hold()
    probes.filled(tester, peer)
    assert not tester.coming()  # nothing more can come before it reads
    peer.reading = True  # and its bytes are still where they were
    assert tester.coming()


def test_more_than_big_is_never_hidden(start):
    tester = start(
        "client, _ = listener.accept()\nclient.setblocking(False)\n"
        f"print('took', client.send(bytes({probes.big()})))\nlistener.accept()\n"
    )
    tester.peers[0].hold()
    tester.until(lambda: printed(tester, "took"))
    took = int(next(line for line in tester.lines() if "took" in line).split()[1])
    assert 0 < took < probes.big()
    assert probes.capacity() * 2 <= probes.big()


# Doors, and a program that ends by itself


@pytest.fixture
def run(tmp_path):
    """Run a program that is no server; its tester."""
    path = tmp_path / "program.py"
    tester = Tester(Setting(path, (), "seed", 1.0))

    def begin(body: str, *args: str) -> Tester:
        path.write_text("import errno, select, socket, sys, time\n" + textwrap.dedent(body))
        tester.run(*args)
        return tester

    yield begin
    tester.close()
    assert not running(tmp_path)


def connected(address: str, seconds: float) -> int | None:
    """The error number of a connect, 0 for none; None when nobody has answered in time."""
    with socket.socket() as sock:
        sock.settimeout(seconds)
        host, _, port = address.partition(":")
        try:
            return sock.connect_ex((host, int(port)))
        except TimeoutError:
            return None


def test_doors_answer_as_they_are_called(run):
    tester = run("pass")
    ok, refused, silent = (tester.door(kind) for kind in ("ok", "refused", "silent"))
    assert connected(ok.address, 5) == 0
    assert connected(refused.address, 5) == errno.ECONNREFUSED
    assert connected(silent.address, 0.2) in (None, errno.EAGAIN)
    tester.answer(silent)
    assert connected(silent.address, 5) == 0


def test_a_program_ends_by_itself_or_is_told_why_not(run):
    probes.ends(run("print('done', sys.argv[1])", "now"))
    for body, fault in (
        ("sys.exit(3)", "wrong-status"),
        ("1 / 0", "crashed"),
        ("select.select([sys.stdin], [], [])", "not-ended"),
    ):
        with pytest.raises(CheckFailed) as why:
            probes.ends(run(body))
        assert why.value.fault == fault


def test_a_program_that_has_ended_is_asked_for_what_it_said(run):
    tester = run("print('this')")
    with pytest.raises(NotThere) as why:
        tester.until(lambda: printed(tester, "that"))
    assert tester.blame(say("ready"), why.value, "silent").fault == "silent"


def test_one_program_ends_before_another_begins_and_its_clients_are_gone(start):
    tester = start("print('here', flush=True)\ntime.sleep(60)\n")
    tester.until(lambda: printed(tester, "here"), armed=False)
    first, old = tester.program, tester.peers[0]
    tester.stop()
    assert first.ended() and not old.open and tester.lines() == []
    tester.start()
    new = tester.connect()
    tester.until(lambda: printed(tester, "here"), armed=False)
    assert tester.program is not first and new.name == "B" and new.connected
    assert [act["act"] for act in tester.timeline.acts] == [
        *("start", "connect", "stop", "start", "connect")
    ]


def test_what_is_printed_is_read_when_the_program_rests(start):
    tester = start(
        "print('done', flush=True)\nselect.select([listener], [], [])\nselect.select([], [], [])\n"
    )
    rounds.rests(tester)
    assert printed(tester, "done")


CALLS = """\
out = socket.create_connection(("127.0.0.1", int(sys.argv[-1])))
out.sendall(b"hello")
out.shutdown(socket.SHUT_WR)
print("heard", out.recv(100))
print("then", out.recv(100))
time.sleep(60)
"""


@pytest.fixture
def hosted(tmp_path):
    """Start a program that calls a host of the tester's."""
    testers = []

    def begin(body: str, **how) -> tuple[Tester, object]:
        path = tmp_path / "08_x" / "program.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(HEAD + textwrap.dedent(body))
        tester = Tester(Setting(path, (), "seed", 1.0))
        testers.append(tester)
        host = tester.host(**how)
        tester.start("--to", host.address.rpartition(":")[2])
        return tester, host

    yield begin
    for tester in testers:
        tester.close()
    assert not running(tmp_path)


def test_a_host_meets_who_connects_as_a_peer(hosted):
    tester, host = hosted(CALLS)
    tester.until(lambda: bool(host.callers) and host.callers[0].eof)
    (a,) = host.callers
    assert (a.name, a.served, bytes(a.received)) == ("a", True, b"hello")
    assert tester.connect().name == "A" and a.theirs in tester.ports()
    a.send(b"you")
    tester.until(lambda: printed(tester, "heard b'you'"))
    a.close()
    tester.until(lambda: printed(tester, "then b''"))
    whats = [(event["who"], event["what"]) for event in tester.timeline.events]
    assert ("a", "is-called") in whats and ("a", "eof") in whats


def test_a_host_that_greets_does_so_at_once(hosted):
    tester, host = hosted(CALLS, greet=lambda peer: peer.send(b"welcome"))
    tester.until(lambda: printed(tester, "heard b'welcome'"))


@LINUX
def test_who_waits_for_a_host_is_stuck_unless_it_has_more_to_do(hosted):
    tester, host = hosted(CALLS)
    with pytest.raises(NotThere) as why:
        tester.until(lambda: printed(tester, "heard"))
    assert why.value.stuck and why.value.stuck[0].call == "recv"
    late = time.monotonic() + 1.2

    def chore() -> bool:
        if time.monotonic() < late:
            return True
        if tester.chores:
            tester.chores.clear()
            host.callers[0].send(b"late")
        return False

    tester.chores.append(chore)
    assert tester.until(lambda: printed(tester, "heard b'late'")) > 0.8


@LINUX
def test_what_a_host_does_not_read_fills_the_kernel(hosted):
    tester, host = hosted(
        """\
        out = socket.create_connection(("127.0.0.1", int(sys.argv[-1])))
        out.setblocking(False)
        sent = 0
        try:
            while True:
                sent += out.send(bytes(65536))
        except BlockingIOError:
            print("full after", sent)
        time.sleep(60)
        """,
        reading=False,
        window=4096,
    )
    tester.until(lambda: printed(tester, "full after"))
    (a,) = host.callers
    pair = a.theirs, a.sock.getsockname()[1]
    assert not a.received and pair in proc.unsent()
    a.read_on()
    sent = int(tester.lines()[-1].rpartition(" ")[2])
    tester.until(lambda: len(a.received) == sent)
