"""Lesson 03: the same, with poll and its masks."""

import re

from logger_rules import LoggerRules, ctrl_c, rude_guests

from looplab.checks import probes, proc
from looplab.checks.faults import say
from looplab.checks.logger import Logger
from looplab.checks.plugin import exercise, needs_descriptors
from looplab.checks.tester import NotThere

GREETING = b"Thank you for connecting ."


@exercise("03.1")
class TestLogger(LoggerRules):
    """logger.py"""

    def test_reset(self, tester):
        rude_guests(tester, Logger(tester))
        probes.idle(tester)


class Farewell:
    """A running farewell.py: it greets, ends its own side, reads to the end, logs the total."""

    def __init__(self, tester):
        self.tester = tester
        self.program = tester.start()

    def greets(self, who=""):
        """A client connects and is greeted: 26 bytes, then EOF, before it has sent anything."""
        return self.is_greeted(self.tester.connect(who))

    def is_greeted(self, peer):
        """This client receives the greeting and EOF, nothing else."""
        expected = say("greeting", who=peer.name, text=GREETING.decode())
        try:
            self.tester.until(lambda: peer.eof or peer.was_reset)
        except NotThere as why:
            got, waited = repr(bytes(peer.received)), round(why.waited, 1)
            seen = say("no-greeting-eof", who=peer.name, data=got, seconds=waited)
            raise self.tester.blame(expected, why, "not-closed", seen) from None
        if peer.received != GREETING or peer.was_reset:
            seen = say("greeted", who=peer.name, data=repr(bytes(peer.received)))
            raise self.tester.failure("wrong-output", expected, seen)
        return peer

    def logged_total(self, peer):
        line = re.compile(re.escape(f"{peer.address} total ") + "([0-9]{1,15})")
        return next((int(m[1]) for one in self.tester.lines() if (m := line.fullmatch(one))), None)

    def totals(self, peer, sent):
        """The log has this client's total, and it is the number of bytes that it sent."""
        expected = say("total", text=f"{peer.address} total {sent}")
        try:
            self.tester.until(lambda: self.logged_total(peer) is not None)
        except NotThere as why:
            seen = say("no-total", who=peer.name, all=sent, seconds=round(why.waited, 1))
            raise self.tester.blame(expected, why, "silent", seen) from None
        logged = self.logged_total(peer)
        if logged < sent:
            seen = say("total-else", logged=logged, missing=sent - logged, all=sent)
            raise self.tester.failure("short-total", expected, seen)
        if logged > sent:
            raise self.tester.failure(
                "wrong-output", expected, say("total-over", logged=logged, all=sent)
            )

    def logs_some_total(self, peer):
        """The log has a total for this client; how much came before a reset is chance."""
        try:
            self.tester.until(lambda: self.logged_total(peer) is not None)
        except NotThere as why:
            seen = say("reset-not-logged", who=peer.name, seconds=round(why.waited, 1))
            expected = say("total", text=f"{peer.address} total N")
            raise self.tester.blame(expected, why, "silent", seen) from None

    def serves(self, n=1000):
        """A whole visit, from greeting to total."""
        guest = self.greets()
        guest.send(b"x" * n)
        guest.shut()
        self.totals(guest, n)
        guest.close()


@exercise("03.2")
class TestFarewell:
    """farewell.py"""

    def test_greets(self, tester):
        show = Farewell(tester)
        a, b = show.greets(), show.greets()
        b.close()
        show.greets()
        a.close()
        probes.one_thread(tester)

    def test_total(self, tester):
        show = Farewell(tester)
        slow = show.greets()
        slow.send(b"x" * 1000)
        tester.calm()  # heard, and waited for, before the next one comes
        for size in (1, 307_200, 307_200, 307_200):
            guest = show.greets()
            with show.program.paused():  # the data and the end of it meet the program together
                guest.send(b"x" * size)
                tester.until(lambda guest=guest: not guest.pending, armed=False)
                guest.close()
            show.totals(guest, size)
        slow.send(b"x" * 1000)
        slow.close()
        show.totals(slow, 2000)

    def test_half(self, tester):
        show = Farewell(tester)
        with show.program.paused():
            guest = tester.connect()
            guest.send(b"x" * 5000)
            guest.shut()
        show.is_greeted(guest)
        show.totals(guest, 5000)
        show.serves()

    def test_reset(self, tester):
        show = Farewell(tester)
        for i in range(20):
            if i % 2:
                with show.program.paused():  # gone before it is greeted
                    guest = tester.connect()
                    guest.send(b"x" * 100)
                    guest.reset()
                tester.calm()  # met, before another one comes
                continue
            guest = show.greets()
            if i % 4:
                guest.send(b"x" * 100)
            guest.reset()
            show.logs_some_total(guest)
        show.serves()
        probes.alive(tester)

    def test_flock(self, tester):
        show = Farewell(tester)
        for _ in range(30):
            with show.program.paused():  # they have left before they are greeted
                guests = [tester.connect() for _ in range(10)]
                for guest in guests:
                    guest.close()
            for guest in guests:  # all met, before more come than the backlog holds
                show.totals(guest, 0)
        show.serves()
        probes.alive(tester)

    def test_descriptors(self, tester):
        show = Farewell(tester)
        tester.calm()  # it waits for its first guest: the last one leaves no more behind
        before = proc.open_fds(show.program.pid)
        for _ in range(200):
            show.serves(10)
        probes.descriptors_back(tester, before)

    def test_idle(self, tester):
        show = Farewell(tester)
        silent, rude = show.greets(), show.greets()
        show.serves()
        rude.reset()
        probes.idle(tester)
        silent.close()
        show.totals(silent, 0)
        probes.idle(tester)

    def test_quit(self, tester):
        show = Farewell(tester)
        show.greets()
        show.serves()
        probes.quits(tester)


@exercise("03.3")
class TestMany:
    """many.py"""

    def start(self, tester):
        needs_descriptors(2048)
        return Logger(tester, nofile=(1024, 2048))

    def test_one_client(self, tester):
        log = self.start(tester)
        a, b = log.arrives(), log.arrives()
        log.says(b)
        log.says(a)
        log.leaves(a)
        log.says(b)

    def test_many(self, tester):
        log = self.start(tester)
        peers = log.crowd(1500)
        kept = probes.crowd_of(tester, peers, len(peers))
        for peer in kept[::150] + kept[-1:]:
            log.says(peer)

    def test_idle(self, tester):
        log = self.start(tester)
        log.crowd(1500)
        probes.idle(tester)

    def test_again(self, tester):
        log = self.start(tester)
        before = proc.open_fds(log.program.pid)
        peers = log.crowd(1500)
        for i, peer in enumerate(peers):
            peer.close() if i % 10 else peer.reset()
        log.log_farewells(peers)
        for peer in peers[::10]:
            log.said_only(peer)
        probes.descriptors_back(tester, before)
        newcomer = log.arrives()
        log.says(newcomer)
        log.still_connected(newcomer)

    def test_quit(self, tester):
        ctrl_c(tester, self.start(tester))
