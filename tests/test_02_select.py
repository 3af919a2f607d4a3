"""Lesson 02: many clients, one select."""

import time

from logger_rules import LoggerRules, ctrl_c, rude_guests, says_goodbye

from looplab.checks import probes, proc
from looplab.checks.faults import say
from looplab.checks.logger import Logger
from looplab.checks.plugin import exercise, needs_descriptors


@exercise("02.0")
class TestHello:
    """hello.py"""

    def test_ready(self, tester):
        tester.start()
        tester.connect()

    def test_hello(self, tester):
        tester.start()
        for _ in range(3):
            self.is_greeted(tester)

    def test_quit(self, tester):
        tester.start()
        self.is_greeted(tester)
        probes.quits(tester)

    def is_greeted(self, tester):
        guest = tester.connect()
        probes.greeted(tester, guest, b"hello\n")
        guest.close()


@exercise("02.1")
class TestLogger(LoggerRules):
    """logger.py"""


@exercise("02.2")
class TestRudeGuests:
    """rude_guests.py"""

    def test_still_logs(self, tester):
        log = Logger(tester)
        a, b = log.arrives(), log.arrives()
        log.says(b)
        log.says(a)
        log.leaves(a)
        log.says(b)
        probes.one_thread(tester)

    def test_reset(self, tester):
        rude_guests(tester, Logger(tester))

    def test_vanish(self, tester):
        log = Logger(tester)
        guests = [log.arrives() for _ in range(4)]
        with log.program.paused():  # all in one round
            for guest in guests:
                guest.close()
        for guest in guests:
            log.logs_farewell(guest, "left-not-logged")
        with log.program.paused():
            guests = [tester.connect() for _ in range(4)]
            for guest in guests:
                guest.close()
        for guest in guests:
            log.logs_farewell(guest, "left-not-logged")
        log.says(log.arrives())

    def test_goodbye(self, tester):
        log = Logger(tester)
        a = log.arrives()
        log.says(a)
        a.shut()
        log.gets_eof(a)

    def test_descriptors(self, tester):
        log = Logger(tester)
        log.leaves(log.arrives())
        tester.calm()  # what it closes is closed by then
        before = proc.open_fds(log.program.pid)
        for _ in range(20):
            guests = [log.arrives() for _ in range(10)]
            rude = guests.pop()
            rude.reset()
            log.logs_farewell(rude, "reset-not-logged")
            for guest in guests:
                log.leaves(guest)
        probes.descriptors_back(tester, before)

    def test_idle(self, tester):
        log = Logger(tester)
        silent, polite, rude = log.arrives(), log.arrives(), log.arrives()
        log.leaves(polite)
        rude.reset()
        log.says(silent)
        probes.idle(tester)

    def test_quit(self, tester):  # the article's program lets its port rest, and may
        ctrl_c(tester, Logger(tester), rebinds=False)


LIMIT = 0.4  # seconds of silence that 02.3 is told to allow


@exercise("02.3")
class TestDropTheSilent:
    """idle_logger.py --idle SECONDS"""

    def start(self, tester, limit=LIMIT):
        self.limit = round(limit * tester.setting.scale, 2)
        return Logger(tester, "--idle", str(self.limit))

    def test_one_client(self, tester):
        log = self.start(tester, 2.0)
        a = log.arrives()
        log.says(a)
        log.says(a)
        log.leaves(a)
        log.says(log.arrives())

    def test_silent_dropped(self, tester):
        log = self.start(tester)
        slack = 0.3 * self.limit
        probes.in_time(tester, lambda: self.dropped_in_time(tester, log, lambda: None), slack=slack)

    def test_talker_lives(self, tester):
        log = self.start(tester)
        probes.in_time(tester, lambda: self.talker_lived(tester, log))

    def test_own_clock(self, tester):
        log = self.start(tester)
        talker = [log.arrives()]

        def talk():
            if not talker[0].open or talker[0].eof:
                talker[0] = log.arrives()  # dropped: test_talker_lives tells of that
            sent = probes.moment(tester)
            log.says(talker[0])
            probes.no_pause(tester, 0.7 * self.limit)  # in such a pause any clock may run out
            tester.mark = sent  # it may have been heard long before it was logged

        slack = 0.3 * self.limit
        probes.in_time(tester, lambda: self.dropped_in_time(tester, log, talk), slack=slack)

    def test_prompt(self, tester):
        log = self.start(tester)
        _silent = log.arrives()
        probes.in_time(tester, lambda: self.line_in_time(tester, log), slack=self.limit / 4)

    def test_idle(self, tester):
        log = self.start(tester, 1.7 / tester.setting.scale)  # no whole number of seconds
        probes.idle(tester)  # also before anybody is there
        dropped, gone = log.arrives(), log.arrives()
        gone.close()
        probes.idle(tester)  # who leaves is not kept until the time is up
        log.logs_farewell(gone, "left-not-logged")
        log.gets_eof(dropped, armed=False)  # a timer may wake it that nobody sees
        a, silent = log.arrives(), log.arrives()
        log.says(a)
        probes.idle(tester)
        log.gets_eof(silent, armed=False)
        _last = log.arrives()
        probes.idle_for(tester, self.limit)  # also while the time runs out

    def test_quit(self, tester):
        ctrl_c(tester, self.start(tester, 2.0))

    def dropped_in_time(self, tester, log, meanwhile):
        """A silent client is closed after 0.9 to 2 limits; `meanwhile` happens each quarter, and at
        the end."""
        limit = self.limit
        began = time.monotonic()
        silent = log.arrives()
        arrived = next_talk = time.monotonic()
        while not (silent.eof or silent.was_reset) and time.monotonic() < arrived + 2 * limit:
            if time.monotonic() >= next_talk:
                meanwhile()
                next_talk += limit / 4
            tester.settle(0.01)
        tester.pump(0)
        meanwhile()
        expected = say(
            "eof-within",
            who=silent.name,
            low=round(0.9 * limit, 2),
            high=round(2 * limit, 2),
            limit=limit,
        )
        if not (silent.eof or silent.was_reset):
            probes.alive(tester)
            return tester.failure(
                "not-dropped",
                expected,
                say("eof-late", who=silent.name, seconds=round(2 * limit, 2)),
            )
        took = time.monotonic() - began
        if took < 0.9 * limit:
            return tester.failure(
                "closed-too-soon", expected, say("eof-early", seconds=round(took, 2))
            )
        log.logs_farewell(silent, "drop-not-logged")
        return None

    def talker_lived(self, tester, log):
        """A client that speaks at each quarter of the limit is there after 3 limits."""
        talker = log.arrives()
        began = last = time.monotonic()
        while time.monotonic() < began + 3 * self.limit:
            tester.settle(self.limit / 4)
            now = time.monotonic()
            if now - last > 0.8 * self.limit:
                raise probes.Void
            if talker.eof or talker.was_reset:
                probes.alive(tester)
                seen = say(
                    "talker-closed",
                    who=talker.name,
                    every=round(self.limit / 4, 2),
                    seconds=round(now - began, 2),
                )
                return tester.failure("closed-too-soon", say("stays-open", who=talker.name), seen)
            talker.send(log.word())
            last = now
        talker.close()
        return None

    def line_in_time(self, tester, log):
        """Five lines, one after the other, each logged within a quarter of the limit."""
        talker = log.arrives()
        for _ in range(5):
            took = probes.delay(tester, lambda: log.says(talker), self.limit / 4)
            if took is not None:
                expected = say("prompt-line", who=talker.name, seconds=round(self.limit / 4, 2))
                return tester.failure("late", expected, say("line-late", seconds=took))
        talker.close()
        return None


@exercise("02.4")
class TestWall:
    """wall.py"""

    def test_one_client(self, tester):
        log = Logger(tester)
        a, b = log.arrives(), log.arrives()
        log.says(b)
        log.says(a)
        says_goodbye(log, a)
        log.says(b)

    def test_past_1024(self, tester):
        needs_descriptors(2048)
        log = Logger(tester)
        peers = log.crowd(1100)
        kept = probes.crowd_of(tester, peers[:900], 900)
        for peer in kept[:5] + kept[-5:]:
            log.says(peer)
        probes.turned_away(tester, peers, 1100 - 1020)  # 0 to 2 and the listener have numbers too
        probes.alive(tester)

    def test_again(self, tester):
        needs_descriptors(2048)
        log = Logger(tester)
        kept = [peer for peer in log.crowd(1100) if log.is_here(peer)]
        for i, peer in enumerate(kept):
            peer.close() if i % 10 else peer.reset()
        log.log_farewells(kept)  # no room is promised before that
        for peer in kept[::10]:
            log.said_only(peer)
        newcomer = log.arrives()
        log.says(newcomer)
        log.still_connected(newcomer)

    def test_idle(self, tester):
        needs_descriptors(2048)
        log = Logger(tester)
        log.crowd(1100)
        probes.idle(tester)

    def test_quit(self, tester):
        ctrl_c(tester, Logger(tester))
