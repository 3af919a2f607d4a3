"""Lesson 07: what is owed, on the learner's engine; and the learner as the tester."""

from looplab.checks import echo, probes, proc
from looplab.checks.faults import CheckFailed, say
from looplab.checks.plugin import exercise
from looplab.checks.tester import NotThere

SIZES = (1, 2, 3000, 8192, 8193, 100_000, 1 << 20, 16 << 20)


def holder(tester, n):
    """A client that has sent `n` bytes and reads nothing of what it is owed."""
    peer = tester.connect(reading=False)
    data = echo.noise(tester, n)
    peer.send(data)
    echo.rests(tester, 0.2)
    return peer, data


def isolated(tester):
    """ISOLATE: whatever the others do, a new client and its words come and go."""
    probes.isolated(tester, lambda: echo.echoes(tester, tester.connect()))


@exercise("07.1")
class TestOwe:
    """asyncore.py: dispatcher_with_send"""

    def test_words(self, tester):
        tester.start()
        a, b = tester.connect(), tester.connect()
        for peer in (a, b, b, a):
            echo.echoes(tester, peer)
        b.close()
        echo.echoes(tester, a)
        echo.echoes(tester, tester.connect())

    def test_idle(self, tester):
        tester.start()
        silent, talker = tester.connect(), tester.connect()
        echo.echoes(tester, talker)
        probes.idle(tester)
        echo.echoes(tester, silent)

    def test_held(self, tester):
        tester.start()
        peer, data = holder(tester, probes.big())
        peer.read_on()
        echo.comes_back(tester, peer, data)
        echo.echoes(tester, peer)

    def test_sizes(self, tester):
        tester.start()
        peer = tester.connect()
        for n in SIZES:
            echo.echoes(tester, peer, echo.noise(tester, n))
        peer, sent = holder(tester, probes.big())
        peer.read_on()  # from here on old bytes and new ones meet in the program
        for _ in range(500):
            sent += (word := echo.noise(tester, tester.random.randrange(1, 40)))
            peer.send(word)
            tester.pump(0)
        echo.comes_back(tester, peer, sent)
        tester.stop()
        tester.start(program="miser")  # the last byte is always owed
        peer = tester.connect()
        for n in SIZES[:4]:
            echo.echoes(tester, peer, echo.noise(tester, n))

    def test_isolate(self, tester):
        tester.start()
        peer, data = holder(tester, probes.big())
        isolated(tester)
        probes.one_thread(tester)
        probes.idle(tester)  # a byte that is owed and cannot be sent costs nothing
        peer.read_on()
        echo.comes_back(tester, peer, data)

    def test_reset(self, tester):
        tester.start()
        for n in (0, 10, probes.big()):
            peer, _ = holder(tester, n)
            peer.reset()
            echo.echoes(tester, tester.connect())
        probes.idle(tester)
        probes.alive(tester)

    def test_debt(self, tester):
        tester.start()
        echo.owes_lightly(tester)

    def test_caller(self, tester):
        door = tester.door("ok")
        tester.start("--to", door.address, program="caller")
        expected = say("line", text="connected")
        try:
            tester.until(lambda: "connected" in tester.lines())
        except NotThere as why:
            seen = say("no-such-line", seconds=round(why.waited, 1))
            raise tester.blame(expected, why, "silent", seen) from None
        probes.idle(tester)


class Goodbye:
    """A running goodbye.py: `n` bytes for whoever speaks, and the end."""

    def __init__(self, tester, n):
        self.tester = tester
        key = tester.random.getrandbits(32)
        self.program = tester.start("--size", str(n), "--key", str(key), program="goodbye")
        self.data = echo.Noise(key, n)

    def owes(self):
        """A client has spoken; the program has closed its channel, and owes it nearly all."""
        peer = self.tester.connect(reading=False)
        before = self.tester.lines().count("closed")
        peer.send(echo.noise(self.tester, 10))
        expected = say("line", text="closed")
        try:
            self.tester.until(lambda: self.tester.lines().count("closed") > before)
        except NotThere as why:
            seen = say("no-such-line", seconds=round(why.waited, 1))
            raise self.tester.blame(expected, why, "silent", seen) from None
        return peer

    def no_handler(self):
        """No handler of a channel ran after its close()."""
        line = next((one for one in self.tester.lines() if one.startswith("after close: ")), None)
        if line is not None:
            seen = say("handler-ran", handler=line.partition(": ")[2])
            raise self.tester.failure("handler-after-close", say("no-handler"), seen)


@exercise("07.2")
class TestDrain:
    """asyncore.py: dispatcher_with_send.close"""

    def test_bighalf(self, tester):
        tester.start()
        echo.bighalf(tester)

    def test_at_once(self, tester):
        show = Goodbye(tester, 10)  # the kernel takes it all: nothing is owed
        for _ in range(3):
            peer = show.owes()
            peer.read_on()
            echo.ends_with(tester, peer, show.data)

    def test_isolate(self, tester):
        show = Goodbye(tester, probes.big())
        slow = show.owes()
        quick = show.owes()
        probes.isolated(tester, show.owes)
        probes.one_thread(tester)
        quick.read_on()
        echo.ends_with(tester, quick, show.data)
        slow.read_on()
        echo.ends_with(tester, slow, show.data)

    def test_over(self, tester):
        show = Goodbye(tester, probes.big())
        slow, gone = show.owes(), show.owes()
        slow.shut()  # news for a channel that is over: nobody is to hear of it
        gone.reset()
        echo.rests(tester)
        show.no_handler()
        slow.read_on()
        echo.ends_with(tester, slow, show.data)
        show.no_handler()

    def test_idle(self, tester):
        show = Goodbye(tester, probes.big())
        slow, quick = show.owes(), show.owes()
        quick.read_on()
        echo.ends_with(tester, quick, show.data)  # paid, and still there
        slow.shut()
        probes.idle(tester)
        slow.reset()
        quick.close()
        probes.idle(tester)

    def test_reset(self, tester):
        show = Goodbye(tester, probes.big())
        tester.calm()
        before = proc.open_fds(show.program.pid)
        for _ in range(3):
            show.owes().reset()
        last = show.owes()
        last.read_on()
        echo.ends_with(tester, last, show.data)
        last.close()
        echo.no_error_told(tester)
        probes.descriptors_back(tester, before)

    def test_descriptors(self, tester):
        program = tester.start()
        tester.calm()
        before = proc.open_fds(program.pid)
        for _ in range(100):
            peer = tester.connect()
            echo.echoes(tester, peer)
            peer.shut()
            echo.ends_with(tester, peer, bytes(peer.received))
            peer.close()
        probes.descriptors_back(tester, before)

    def test_quit(self, tester):
        show = Goodbye(tester, probes.big())
        show.owes()
        probes.quits(tester)


@exercise("07.3")
class TestValve:
    """asyncore.py: dispatcher_with_send.readable"""

    def start(self, tester, high=256 << 10, low=0):
        tester.start("--high-water", str(high), "--low-water", str(low))

    def test_stall(self, tester):
        self.start(tester)
        peer = tester.connect(reading=False)
        data = echo.dammed(tester, peer, peer)
        peer.read_on()
        echo.comes_back(tester, peer, data)
        echo.echoes(tester, peer)

    def test_idle(self, tester):
        self.start(tester)
        peer = tester.connect(reading=False)
        echo.dammed(tester, peer, peer)
        probes.idle(tester)

    def test_others(self, tester):
        self.start(tester)
        early, peer = tester.connect(), tester.connect(reading=False)
        data = echo.dammed(tester, peer, peer)
        probes.isolated(tester, lambda: echo.echoes(tester, early))
        isolated(tester)
        echo.still_there(tester, peer)
        peer.read_on()
        echo.comes_back(tester, peer, data)

    def test_marks(self, tester):
        high, low = 16 << 20, 64 << 10  # what the kernel may take meanwhile is far less
        self.start(tester, high, low)
        peer = tester.connect(reading=False, window=65536)
        data = echo.dammed(tester, peer, peer, extra=high)
        echo.stays_shut(tester, peer, 4 << 20)
        peer.read_on()
        echo.comes_back(tester, peer, data)

    def test_default(self, tester):
        tester.start()  # no mark is set: nothing is ever paused
        peer, data = holder(tester, probes.big() + (8 << 20))
        if peer.pending:
            seen = say("held-back", n=len(peer.pending), all=len(data))
            raise tester.failure("paused-without-mark", say("no-mark", who=peer.name), seen)
        peer.read_on()
        echo.comes_back(tester, peer, data)


# The kinds of tests/programs/echoes.py.
RIGHT, VALVE, THREADS, ONE_RECV, SHORT_SEND, NO_DRAIN, SPINS, MUTE, KEEPS_OPEN = range(9)
IN_TURN, STRIPS, TEXT, FAREWELL, WAITS, KINDS = range(9, 15)
PATIENT = 30.0  # seconds for a verdict


@exercise("07.4")
class TestAttack:
    """attack.py"""

    def test_accepts(self, tester):
        judges(tester, RIGHT, say("accepts-right"))

    def test_one_recv(self, tester):
        judges(tester, ONE_RECV, say("rejects-one-recv"))

    def test_short_send(self, tester):
        judges(tester, SHORT_SEND, say("rejects-short-send"))

    def test_no_drain(self, tester):
        judges(tester, NO_DRAIN, say("rejects-no-drain"))

    def test_spins(self, tester):
        judges(tester, SPINS, say("rejects-spins"))

    def test_valve(self, tester):
        judges(tester, VALVE, say("accepts-valve"))
        judges(tester, THREADS, say("accepts-threads"))

    def test_mute(self, tester):
        judges(tester, MUTE, say("rejects-mute"))
        judges(tester, KEEPS_OPEN, say("rejects-keeps-open"))

    def test_hidden(self, tester):
        for kind, promise in {IN_TURN: 4, STRIPS: 1, TEXT: 1, FAREWELL: 1, WAITS: 4}.items():
            judges(tester, kind, say("rejects-hidden", promise=promise))


def judges(tester, kind, expected):
    """The learner's program comes to the right verdict on a server of this kind, in time.

    A busy machine may hide a fault or look like one: it is wrong if it is wrong three times.
    """
    for _ in range(3):
        if (failure := attacked(tester, kind, expected)) is None:
            return
        if failure.fault in ("not-implemented", "not-ended"):
            break  # no matter of a pause; of a long one
    raise failure


def attacked(tester, kind, expected):
    """One run of it on a fresh server; the failure, if it is wrong or gives no verdict."""
    seed = kind + KINDS * tester.random.randrange(1_000_000)
    victim = tester.victim(program="echoes", seed=seed)
    program = tester.run(victim.address, "--pid", str(victim.pid))
    try:
        tester.until(program.ended, seconds=PATIENT, armed=False)
        return verdict(tester, program, kind in (RIGHT, VALVE, THREADS), expected)
    except NotThere:
        seen = say("no-verdict-yet", seconds=PATIENT * tester.setting.scale)
        return tester.blame(expected, None, "not-ended", seen)
    finally:
        tester.put_away()
        victim.close()


def verdict(tester, program, right, expected):
    """What is wrong with its last line, its status, or what it leaves behind; or None."""
    program.drain()
    line = program.lines[-1] if program.lines else ""
    word, _, reason = line.partition(" ")
    if children := len(program.others()):
        return CheckFailed("extra-processes", expected, say("left-behind", n=children))
    if (word, program.status) == ("accept", 0):
        fault = "" if right else "accepted-broken"
    elif word == "reject" and reason and program.status == 1:
        fault = "rejected-right" if right else ""
    elif b"Traceback" in program.errors or not program.lines:
        return tester.blame(expected, None, "wrong-output", say("no-verdict"))
    else:
        fault = "wrong-output"
    seen = say("verdict", line=line[:200], status=program.status)
    return CheckFailed(fault, expected, seen) if fault else None
