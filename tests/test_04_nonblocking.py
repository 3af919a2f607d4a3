"""Lesson 04: never wait. A server that pushes, and a program that knocks on many doors."""

import contextlib
import errno
import hashlib
import socket
import time

from looplab.checks import probes, proc
from looplab.checks.faults import say
from looplab.checks.plugin import exercise, not_run
from looplab.checks.tester import NotThere

SMALL = 1000


class Push:
    """A running push.py: every client gets the blob, then EOF."""

    def __init__(self, tester, size):
        self.tester = tester
        seed = f"{tester.random.getrandbits(64):016x}"
        self.blob = hashlib.shake_256(seed.encode()).digest(size)
        self.program = tester.start("--size", str(size), "--seed", seed)

    def gets_all(self, peer):
        """This client reads to the end, and has been sent all of it."""
        if not peer.reading:
            peer.read_on()
        probes.receives(self.tester, peer, self.blob)
        return peer

    def stalls(self, **how):
        """A client that reads nothing; all that its kernel takes has been sent."""
        peer = self.tester.connect(reading=False, **how)
        probes.filled(self.tester, peer)
        return peer

    def serves(self):
        """A whole visit."""
        self.gets_all(self.tester.connect()).close()

    def first_byte(self):
        """A newcomer is sent something: B, however many attempts there are."""
        peer = self.tester.connect("B")
        expected = say("first-byte", who=peer.name)
        try:
            self.tester.until(lambda: peer.received or peer.eof)
        except NotThere as why:
            seen = say("nothing-came", who=peer.name, seconds=round(why.waited, 1))
            raise self.tester.blame(expected, why, "silent", seen) from None


@exercise("04.1")
class TestPush:
    """push.py"""

    def test_imports(self, tester):
        probes.imports(tester)

    def test_small(self, tester):
        show = Push(tester, SMALL)
        a, b = tester.connect(), tester.connect()
        show.gets_all(b)
        show.gets_all(a)
        show.serves()

    def test_whole(self, tester):
        show = Push(tester, probes.big())
        show.gets_all(show.stalls())  # begins to read when nothing more fits
        for window in (8192, 50_000):  # where the kernel stops in the middle of a piece is chance
            show.gets_all(show.stalls(window=window))
        show.gets_all(tester.connect())

    def test_idle(self, tester):
        show = Push(tester, probes.big())
        show.gets_all(tester.connect())  # has it all, and does not hang up
        show.stalls()
        probes.idle(tester)

    def test_isolate(self, tester):
        show = Push(tester, probes.big())
        show.stalls()
        probes.isolated(tester, show.first_byte)
        show.gets_all(tester.connect())

    def test_together(self, tester):
        show = Push(tester, probes.big())
        stalled = [show.stalls(), show.stalls(window=8192), show.stalls()]
        reading = [tester.connect() for _ in range(3)]
        for peer in [*reading, *stalled]:
            show.gets_all(peer)

    def test_one_thread(self, tester):
        show = Push(tester, probes.big())
        show.stalls()
        show.stalls()
        probes.one_thread(tester)

    def test_half(self, tester):
        show = Push(tester, probes.big())
        with show.program.paused():  # it has shut its writing before it is met
            early = tester.connect(reading=False)
            early.shut()
        probes.filled(tester, early)
        late = show.stalls()
        late.shut()
        probes.idle(tester)
        show.gets_all(early)
        show.gets_all(late)

    def test_reset(self, tester):
        show = Push(tester, probes.big())
        for i in range(20):
            if i % 4 == 0:
                with show.program.paused():  # gone before anything is sent
                    tester.connect().reset()
                tester.calm()
                continue
            peer = tester.connect(reading=False)
            if i % 4 == 1:
                probes.filled(tester, peer)
            peer.close() if i % 4 == 3 else peer.reset()
        show.serves()
        probes.idle(tester)

    def test_descriptors(self, tester):
        show = Push(tester, SMALL)
        show.serves()
        tester.calm()
        before = proc.open_fds(show.program.pid)
        for _ in range(100):
            show.serves()
        for _ in range(100):
            with show.program.paused():
                tester.connect().reset()
            tester.calm()
        probes.descriptors_back(tester, before)

    def test_quit(self, tester):
        show = Push(tester, probes.big())
        show.stalls()
        probes.quits(tester)


class Knock:
    """A running connect_many.py, and the doors that it knocks on."""

    def __init__(self, tester, doors, timeout):
        self.tester, self.timeout = tester, timeout
        self.addresses = [door.address for door in doors]
        self.used = 0.0  # CPU seconds so far, those on the run queue included
        self.began = time.monotonic()
        self.program = tester.run("--timeout", str(timeout), *self.addresses)

    def told(self, address):
        """What the program has said about this address, line by line."""
        lines = [line.rpartition(" ") for line in self.tester.lines()]
        results = ("ok", "refused", "timeout")
        return [what for what, _, where in lines if where == address and what in results]

    def tells(self, door, result="", **how):
        """The program prints this door's line, and no other for it."""
        result = result or door.kind
        expected = say("door-line", text=f"{result} {door.address}")
        try:
            self.tester.until(lambda: self.look() and self.told(door.address), **how)
        except NotThere as why:
            seen = say("door-silent", seconds=round(why.waited, 1))
            raise self.tester.blame(expected, why, "silent", seen) from None
        first = self.told(door.address)[0]
        if first != result:
            seen = say("door-other", logged=f"{first} {door.address}")
            raise self.tester.failure("wrong-result", expected, seen)

    def look(self):
        self.used = max(self.used, sum(proc.cpu(self.program.family())))
        return True

    def asleep(self):
        """The seconds since the start in which the program did not run and did not want to."""
        self.look()
        return time.monotonic() - self.began - self.used

    def ends(self):
        """All has been told, each address once, and the program ends."""
        with contextlib.suppress(NotThere):
            self.tester.until(lambda: self.program.ended() or any(self.twice()))
        for address in self.twice():
            seen = say("door-twice", text=address)
            raise self.tester.failure("told-twice", say("door-lines"), seen)
        probes.ends(self.tester)

    def twice(self):
        return [address for address in self.addresses if len(self.told(address)) > 1]


def doors(tester, **kinds):
    """So many doors of each kind, in an order of chance."""
    found = [tester.door(kind) for kind, n in kinds.items() for _ in range(n)]
    tester.random.shuffle(found)
    return found


class Unreachable:
    """No door at all: the kernel knows at once that nothing can be sent there."""

    kind, address = "refused", "255.255.255.255:9"

    def __init__(self):
        host, _, port = self.address.partition(":")
        with socket.socket() as sock:
            sock.setblocking(False)
            if sock.connect_ex((host, int(port))) in (0, errno.EINPROGRESS):
                not_run("platform:connect")


@exercise("04.2")
class TestConnectMany:
    """connect_many.py"""

    def test_imports(self, tester):
        probes.imports(tester)

    def test_ok(self, tester):
        some = doors(tester, ok=3)
        show = Knock(tester, some, 5)
        for door in some:
            show.tells(door)
        show.ends()

    def test_refused(self, tester):
        some = doors(tester, ok=2, refused=2)
        show = Knock(tester, some, 5)
        for door in some:
            show.tells(door)
        show.ends()

    def test_at_once(self, tester):
        some = [*doors(tester, ok=1), Unreachable(), *doors(tester, ok=1)]
        show = Knock(tester, some, 5)
        for door in some:
            show.tells(door)
        show.ends()

    def test_timeout(self, tester):
        def attempt():
            (door,) = doors(tester, silent=1)
            return gives_up(Knock(tester, [door], 0.5), door)

        probes.in_time(tester, attempt, slack=0.4)

    def test_together(self, tester):
        def attempt():
            some = doors(tester, ok=1, refused=1, silent=4)
            show = Knock(tester, some, 0.3)
            for door in some:
                show.tells(door, "timeout" if door.kind == "silent" else "")
            if (seconds := show.asleep()) > 0.8:
                seen = say("door-in-turn", n=len(some), seconds=seconds)
                return tester.failure("late", say("door-together", seconds=0.8), seen)
            return show.ends()

        probes.in_time(tester, attempt, slack=0.4)

    def test_as_they_end(self, tester):
        def attempt():
            some = doors(tester, ok=1, refused=1, silent=1)
            show = Knock(tester, some, 30)
            for door in some:
                if door.kind != "silent":
                    show.tells(door, seconds=2)
            if (seconds := show.asleep()) > 0.5:
                seen = say("door-late", seconds=seconds)
                return tester.failure("late", say("door-prompt", seconds=0.5), seen)
            return None

        probes.in_time(tester, attempt, slack=0.4)
        some = doors(tester, ok=1, refused=1)
        Knock(tester, some, 30).ends()  # nobody is waited for any more

    def test_late(self, tester):
        def attempt():
            slow, silent, ok = (tester.door(kind) for kind in ("silent", "silent", "ok"))
            show = Knock(tester, [slow, silent, ok], 1.6)
            show.tells(ok)  # by now it has knocked everywhere
            tester.answer(slow)
            show.tells(slow, "ok", armed=False)  # when the kernel knocks again, after 1 s
            return gives_up(show, silent)

        probes.in_time(tester, attempt, slack=0.4)

    def test_idle(self, tester):
        some = doors(tester, ok=1, silent=2)
        show = Knock(tester, some, 30)
        show.tells(next(door for door in some if door.kind == "ok"))
        probes.idle(tester)

    def test_one_thread(self, tester):
        some = doors(tester, ok=1, silent=3)
        show = Knock(tester, some, 30)
        show.tells(next(door for door in some if door.kind == "ok"))
        probes.one_thread(tester)

    def test_quit(self, tester):
        some = doors(tester, ok=1, silent=1)
        show = Knock(tester, some, 30)
        show.tells(next(door for door in some if door.kind == "ok"))
        probes.quits(tester, rebinds=False)


def gives_up(show, door):
    """The program tells the timeout of this silent door, not before its time, and ends. What is
    wrong if it slept too long first."""
    show.tells(door, "timeout")
    expected = say("door-timeout", timeout=show.timeout)
    took, slept = time.monotonic() - show.began, show.asleep()
    if took < show.timeout:
        raise show.tester.failure("too-early", expected, say("door-early", seconds=took))
    if slept > show.timeout + 0.5:
        return show.tester.failure("late", expected, say("door-late", seconds=slept))
    return show.ends()
