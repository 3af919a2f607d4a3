"""Lesson 06: the loop and its channels. The programs that the learner's engine runs lie in
tests/programs; `with_both` starts one over select, then over poll."""

import socket
import time

from logger_rules import ctrl_c, rude_guests

from looplab.checks import probes
from looplab.checks.faults import say
from looplab.checks.logger import Logger
from looplab.checks.plugin import exercise, needs_descriptors
from looplab.checks.rounds import (
    BACK_ENDS,
    ends,
    hears,
    is_sent,
    lets_in,
    listens_again,
    meet,
    no_complaint,
    not_yet,
    one_is_heard,
    prints,
    rests,
    rounds_over,
    tells_of_the_error,
    with_both,
)
from looplab.checks.tester import NotThere

TICK = 0.3  # seconds: how long a round of ticks.py may wait


@exercise("06.1")
class TestLoop:
    """asyncore.py: loop, poll, poll2, wants, ask, add_channel, del_channel"""

    def test_imports(self, tester):
        probes.imports(tester)

    def test_one_client(self, tester):
        log = Logger(tester)
        a = log.arrives()
        log.says(a)
        log.says(a)
        log.leaves(a)
        log.says(log.arrives())

    def test_three_clients(self, tester):
        log = Logger(tester)
        a, b, c = log.arrives(), log.arrives(), log.arrives()
        probes.prompt(tester, lambda: log.says(c), 0.25)
        for peer in (a, b, a, c, b, b, a, c):
            log.says(peer)
        log.leaves(b)
        log.says(c)
        log.says(a)
        no_complaint(tester)
        probes.one_thread(tester)

    def test_poll(self, tester):
        log = Logger(tester, "--poll")
        a, b = log.arrives(), log.arrives()
        probes.prompt(tester, lambda: log.says(b), 0.25)
        log.says(a)
        log.leaves(a)
        log.says(b)
        rude_guests(tester, log, times=6)
        no_complaint(tester)

    def test_idle(self, tester):
        with_both(tester, self.idles)

    def idles(self, tester, log):
        silent, gone = log.arrives(), log.arrives()
        log.leaves(gone)
        probes.idle(tester)
        log.says(silent)

    def test_empty_map(self, tester):
        with_both(tester, self.ends_with_its_guest, program="private")

    def ends_with_its_guest(self, tester, log):
        guest = log.arrives()
        log.says(guest)
        log.leaves(guest)
        ends(tester, "map-empty")
        prints(tester, "the map is empty")

    def test_count(self, tester):
        with_both(tester, self.counts, "--count", "2", program="ticks")

    def counts(self, tester, log):
        """Each event is a round of its own; a tick comes after every second one."""
        a = log.arrives()
        rounds_over(tester, 0)
        log.says(a)
        rounds_over(tester, 1)
        log.says(a)
        rounds_over(tester, 1)
        log.leaves(a)
        rounds_over(tester, 2)

    def test_two_maps(self, tester):
        with_both(tester, self.keeps_apart, program="turns")

    def keeps_apart(self, tester, log):
        """The guests have two rounds; whoever knocks meanwhile waits at the door."""
        a = log.arrives()
        (b,) = meet(log, {a: (word := log.word())}, callers=1)  # news for both maps at once
        not_yet(log, b)
        hears(log, a, word)
        log.says(a)
        lets_in(log, b, "own-map")
        log.says(b)

    def test_timeout(self, tester):
        for back_end in BACK_ENDS:
            began = time.monotonic()
            tester.start("--every", str(TICK), *back_end, program="ticks")
            self.ticked(tester, 4)
            took = time.monotonic() - began
            if took < 4 * TICK * 0.98:  # however late this tester looked
                seen = say("ticked-early", n=4, seconds=round(took, 3))
                raise tester.failure("round-too-short", say("ticks", seconds=TICK), seen)
            probes.prompt(tester, lambda: self.ticked(tester, 1), 1.6 * TICK)
            tester.stop()

    def ticked(self, tester, n):
        """So many rounds more have ended."""
        enough = tester.lines().count("tick") + n
        try:
            tester.until(lambda: tester.lines().count("tick") >= enough)
        except NotThere as why:
            seen = say("no-tick", seconds=round(why.waited, 1))
            raise tester.blame(say("ticks", seconds=TICK), why, "late", seen) from None

    def test_by_hand(self, tester):
        with_both(tester, self.served_between, program="by_hand")

    def served_between(self, tester, log):
        """The program has work of its own, and makes a round when it likes."""
        a, b = log.arrives(), log.arrives()
        log.says(b)
        log.says(a)
        expected = say("rounds-by-hand", seconds=0.5)

        def worked():
            enough = tester.lines().count("worked") + 3  # the last round's may not be read yet
            try:
                tester.until(lambda: tester.lines().count("worked") >= enough)
            except NotThere as why:
                seen = say("no-round", seconds=round(why.waited, 1))
                raise tester.blame(expected, why, "late", seen) from None

        probes.prompt(tester, worked, 0.5)

    def test_asks_all(self, tester):
        with_both(tester, self.hands_on, program="pairs")

    def hands_on(self, tester, log):
        """What one channel wants changes when something happens to another."""
        a = log.arrives()
        a.send(word := log.word())  # before there is anybody to hear it
        tester.calm()
        b = log.arrives()
        is_sent(tester, b, word)
        for speaker, other in ((b, a), (a, b), (a, b), (b, a)):
            speaker.send(word := log.word())
            is_sent(tester, other, word)
        probes.idle(tester)

    def test_wishes(self, tester):
        with_both(tester, self.speaks_first, program="wishes")

    def speaks_first(self, tester, log):
        """A guest that wants to write, and not yet to read; its words are there already."""
        with log.program.paused():
            guest = tester.connect()
            guest.send(word := log.word())
        hears(log, guest, word)
        prints(tester, greeted := f"{guest.address} is greeted")
        if tester.lines().index(f"{guest.address} {word!r}") < tester.lines().index(greeted):
            expected = say("speaks-first", who=guest.name)
            raise tester.failure("not-wished", expected, say("read-first"))

    def test_urgent(self, tester):
        with_both(tester, self.is_urgent, program="wishes")

    def is_urgent(self, tester, log):
        a, b = log.arrives(), log.arrives()
        a.urge()
        prints(tester, f"{a.address} urgent b'!'", "stuck")
        log.says(a)
        log.says(b)
        probes.idle(tester)

    def test_mid_round(self, tester):
        with_both(tester, self.first_comes, program="first_come")

    def first_comes(self, tester, log):
        peers = [log.arrives() for _ in range(3)]
        meet(log, {peer: log.word() for peer in peers})
        winner = one_is_heard(log, peers)
        late = log.arrives()  # on a number that is free again
        log.says(winner)
        rests(tester)
        log.still_connected(winner)
        log.gets_eof(late)
        late = log.arrives()
        log.says(late)  # hangs up on all who ever were on that number
        log.gets_eof(winner)
        log.says(late)
        no_complaint(tester)

    def test_asked_away(self, tester):
        with_both(tester, self.closes_when_asked, "--lazily", program="first_come")
        with_both(tester, self.ends_when_asked, program="private")

    def closes_when_asked(self, tester, log):
        """A predicate closes channels, those that were asked before it and those that were not."""
        first, second, third = log.arrives(), log.arrives(), log.arrives()
        log.says(third)
        log.gets_eof(first)
        log.gets_eof(second)
        late = log.arrives()
        log.says(third)
        log.gets_eof(late)
        log.says(third)
        no_complaint(tester)

    def ends_when_asked(self, tester, log):
        """The last channel closes in its own predicate, after the round has begun."""
        log.arrives().send(b"bye\n")
        ends(tester, "map-empty")

    def test_listener(self, tester):
        for back_end in BACK_ENDS:
            tester.start(*back_end, program="datagrams")
            probes.idle(tester)
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as caller:
                caller.bind(("127.0.0.1", 0))
                data = b"%d" % tester.random.getrandbits(32)
                caller.sendto(data, ("127.0.0.1", tester.port))
                prints(tester, "{}:{} {}".format(*caller.getsockname(), data))
            probes.idle(tester)
            tester.stop()

    def test_many(self, tester):
        needs_descriptors(2048)
        log = Logger(tester, "--poll")
        peers = log.crowd(1100)
        kept = probes.crowd_of(tester, peers, len(peers))
        for peer in kept[::200] + kept[-1:]:
            log.says(peer)

    def test_quit(self, tester):
        with_both(tester, ctrl_c)


@exercise("06.2")
class TestNobody:
    """asyncore.py: accept, handle_accept"""

    def test_one_client(self, tester):
        log = Logger(tester)
        a, b = log.arrives(), log.arrives()
        log.says(b)
        log.says(a)
        log.leaves(a)
        log.says(log.arrives())

    def test_nobody(self, tester):
        with_both(tester, self.still_listens, program="nobody")
        with_both(tester, self.still_listens, "--twins", program="nobody")

    def still_listens(self, tester, log):
        a = log.arrives()
        log.says(a)
        rests(tester)
        listens_again(log)
        log.leaves(a)
        listens_again(log)
        no_complaint(tester)

    def test_let_in_all(self, tester):
        with_both(tester, self.lets_in_all, program="eager")

    def lets_in_all(self, tester, log):
        peers = meet(log, {}, callers=3)
        for peer in peers:
            lets_in(log, peer, "all-let-in", "silent")
        for peer in peers:
            log.says(peer)
        no_complaint(tester)

    def test_full(self, tester):
        log = Logger(tester, nofile=(24, 24), program="full")
        peers = [tester.begin_connect() for _ in range(30)]
        prints(tester, "the house is full")
        log.says(peers[0])
        no_complaint(tester)
        probes.idle(tester)


@exercise("06.3")
class TestGuard:
    """asyncore.py: guard"""

    def test_divides(self, tester):
        log = Logger(tester, program="divide")
        a, b = log.arrives(), log.arrives()
        for peer in (a, b, a):
            self.divides(tester, peer)
        log.leaves(a)
        self.divides(tester, b)

    def divides(self, tester, peer):
        """A client has two fresh numbers divided."""
        quotient = tester.random.randrange(10**9)
        peer.send(b"%d 2\n" % (2 * quotient))
        prints(tester, f"{peer.address} {quotient}")

    def test_bad_handler(self, tester):
        with_both(tester, self.only_one_falls, program="divide")

    def only_one_falls(self, tester, log):
        a, b = log.arrives(), log.arrives()
        a.send(b"1 0\n")
        log.gets_eof(a)
        self.divides(tester, b)
        self.divides(tester, log.arrives())

    def test_told(self, tester):
        log = Logger(tester, program="divide")
        log.arrives().send(b"1 0\n")
        tells_of_the_error(tester)

    def test_predicate(self, tester):
        with_both(tester, self.fails_when_asked, program="divide")

    def fails_when_asked(self, tester, log):
        a, b = log.arrives(), log.arrives()
        a.send(b"weary\n")
        log.gets_eof(a)
        self.divides(tester, b)
        probes.idle(tester)

    def test_exit_now(self, tester):
        for word, status in ((b"stop\n", 0), (b"exit\n", 3)):
            log = Logger(tester, program="divide")
            log.arrives().send(word)
            ends(tester, "meant-for-all", status)
            tester.stop()

    def test_ctrl_c(self, tester):
        log = Logger(tester, program="divide")
        a = log.arrives()
        a.send(b"doze\n")
        prints(tester, f"{a.address} dozes")
        probes.quits(tester)


@exercise("06.4")
class TestFullHouse:
    """asyncore.py: turn_away, still"""

    def full_house(self, tester, *args):
        """A logger that may have 64 files open, and a hundred callers."""
        log = Logger(tester, *args, nofile=(64, 64))
        return log, log.crowd(100)

    def test_full(self, tester):
        for back_end in BACK_ENDS:
            log, peers = self.full_house(tester, *back_end)
            kept = probes.crowd_of(tester, peers[:50], 50)
            log.says(kept[0])
            log.says(kept[-1])
            probes.turned_away(tester, peers, 100 - 61)
            probes.idle(tester)
            tester.stop()

    def test_again(self, tester):
        for back_end in BACK_ENDS:
            log, peers = self.full_house(tester, *back_end)
            stays, *kept = [peer for peer in peers if log.is_here(peer)]
            for peer in kept:
                peer.close()
            log.log_farewells(kept)
            listens_again(log)
            log.says(stays)
            tester.stop()

    def test_stale(self, tester):
        with_both(tester, self.not_for_the_next, program="seats")

    def test_kept_seat(self, tester):
        with_both(tester, self.not_for_the_next, "--keep", program="seats")

    def not_for_the_next(self, tester, log):
        """Two speak in one round; the first has the other's number given to a third."""
        a, b = log.arrives(), log.arrives()
        c = tester.connect()
        meet(log, {a: b"next\n", b: b"next\n"})
        lets_in(log, c, "takes-the-seat", "silent")
        rests(tester)
        if c.eof or c.was_reset:
            expected = say("stays-open", who=c.name)
            raise tester.failure("stale-event", expected, say("closed"))
        log.says(c)
        no_complaint(tester)
