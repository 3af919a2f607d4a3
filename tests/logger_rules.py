"""What every logger of the course must do, whatever it waits with: the rules of 02.1 and 03.1.

Every test is a check; its title stands in lesson.toml.
"""

from looplab.checks import probes
from looplab.checks.logger import Logger


class LoggerRules:
    def test_imports(self, tester):
        probes.imports(tester)

    def test_one_client(self, tester):
        log = Logger(tester)
        a = log.arrives()
        log.says(a)
        log.says(a)
        log.leaves(a)
        log.says(log.arrives())

    def test_two_clients(self, tester):
        log = Logger(tester)
        a = log.arrives()
        b = log.arrives()
        probes.prompt(tester, lambda: log.says(b), 0.25)
        log.says(a)

    def test_interleaved(self, tester):
        log = Logger(tester)
        a, b, c = log.arrives(), log.arrives(), log.arrives()
        for peer in (c, a, b, a, c, b, b, a, c):
            log.says(peer)
        log.leaves(b)
        log.says(c)
        log.says(a)
        log.leaves(c)
        log.leaves(a)

    def test_one_thread(self, tester):
        log = Logger(tester)
        for peer in (log.arrives(), log.arrives(), log.arrives()):
            log.says(peer)
        probes.one_thread(tester)

    def test_idle(self, tester):
        log = Logger(tester)
        silent, gone = log.arrives(), log.arrives()
        log.leaves(gone)
        probes.idle(tester)
        log.says(silent)

    def test_quit(self, tester):
        ctrl_c(tester, Logger(tester))

    def test_bytes(self, tester):
        log = Logger(tester)
        a, b = log.arrives(), log.arrives()
        log.says(a, b"no end of line")
        log.says(b, b"\xff\x00'\"\n\n")
        log.says(a, b"x" * 16384)  # fills any usual buffer exactly
        last = log.word()
        with log.program.paused():  # the last words and the end meet the program together
            b.send(last)
            b.close()
        log.logs_farewell(b, "left-not-logged")
        log.ends_with(b, last)

    def test_goodbye(self, tester):
        log = Logger(tester)
        says_goodbye(log, log.arrives())


def ctrl_c(tester, log: Logger, *, rebinds: bool = True) -> None:
    """QUIT, with somebody there who has spoken and somebody who has not."""
    a, _silent = log.arrives(), log.arrives()
    log.says(a)
    probes.quits(tester, rebinds=rebinds)


def says_goodbye(log: Logger, peer) -> None:
    """A client shuts its writing: the log says that it is gone, and it is hung up on."""
    peer.shut()
    log.logs_farewell(peer, "left-not-logged")
    log.gets_eof(peer)


def rude_guests(tester, log: Logger, times: int = 21) -> None:
    """RST: guests that end with a reset, silent, in mid-message or before they are let in; the
    next is served."""
    for i in range(times):
        if i % 3 == 2:
            with log.program.paused():  # over before the program has seen it
                tester.connect().reset()
            tester.calm()  # met, before another one comes
            continue
        guest, words = log.arrives(), b""
        if i % 3 == 1:
            log.says(guest, words := log.word())
        guest.reset()
        log.logs_farewell(guest, "reset-not-logged")
        log.said_only(guest, words)
    log.says(log.arrives())
    probes.alive(tester)
