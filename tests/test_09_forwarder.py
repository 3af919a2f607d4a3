"""Lesson 09: what one end of a forwarder says, the other one hears: bytes, EOF, and the wait."""

import contextlib

from looplab.checks import backends, echo, pipes, probes, proc
from looplab.checks.faults import say
from looplab.checks.plugin import exercise
from looplab.checks.tester import NotThere


def start(tester, to, **limits):
    """The forwarder, in front of a host or a door; how many descriptors it has with no session."""
    program = tester.start("--to", to.address, **limits)
    tester.calm()
    return proc.open_fds(program.pid)


class LastWords:
    """A running last_words.py: `n` bytes for everybody, EOF, and an open ear."""

    def __init__(self, tester, n, *args):
        self.tester = tester
        key = tester.random.getrandbits(32)
        self.data = echo.Noise(key, n)
        self.program = tester.start("--size", str(n), "--key", str(key), *args)

    def prints(self, text):
        expected = say("line", text=text)
        try:
            self.tester.until(lambda: text in self.tester.lines())
        except NotThere as why:
            seen = say("no-such-line", seconds=round(why.waited, 1))
            raise self.tester.blame(expected, why, "silent", seen) from None


@exercise("09.0")
class TestShutdown:
    """asyncore.py: dispatcher_with_send.shutdown"""

    def test_at_once(self, tester):
        words = LastWords(tester, 0)  # no write event will come: nothing is owed
        pipes.hears(tester, tester.connect(), words.data)

    def test_behind(self, tester):
        words = LastWords(tester, probes.big())
        late, quick = tester.connect(reading=False), tester.connect()
        pipes.hears(tester, quick, words.data, cut="eof-overtakes")
        echo.rests(tester)
        late.read_on()
        pipes.hears(tester, late, words.data, cut="eof-overtakes")

    def test_reads_on(self, tester):
        words = LastWords(tester, 1000)
        client = tester.connect()
        pipes.hears(tester, client, words.data)
        client.send(echo.noise(tester, n := tester.random.randrange(200_000, 300_000)))
        client.shut()
        words.prints(f"heard {n}")

    def test_early(self, tester):
        host = backends.plain(tester)
        words = LastWords(tester, 0, "--to", host.address)
        words.prints("connected")
        tester.until(lambda: bool(host.callers))
        pipes.hears(tester, host.callers[0], words.data, cut="eof-overtakes")
        host.callers[0].send(echo.noise(tester, 300))
        host.callers[0].shut()
        words.prints("heard 300")

    def test_over(self, tester):
        words = LastWords(tester, probes.big())
        for _ in range(3):
            peer = tester.connect(reading=False)
            echo.rests(tester, 0.1)
            peer.reset()
        peer = tester.connect()
        pipes.hears(tester, peer, words.data)
        peer.shut()
        words.prints("heard 0")
        echo.no_error_told(tester)


@exercise("09.1")
class TestLoseNothing:
    """forwarder.py: no byte is lost, no descriptor is left"""

    def test_words(self, tester):
        hello = echo.noise(tester, 20)
        start(tester, backends.greeter(tester, hello))
        a, b = tester.connect(), tester.connect()
        for peer in (a, b):
            pipes.hears(tester, peer, hello, eof=False)
        for peer in (a, b, b, a):
            echo.echoes(tester, peer)
        echo.no_error_told(tester)

    def test_push(self, tester):
        data = echo.noise(tester, probes.big())
        host = backends.push(tester, data)
        start(tester, host)
        late, _ = pipes.session(tester, host, reading=False)
        echo.rests(tester)
        late.read_on()
        pipes.hears(tester, late, data)
        pipes.hears(tester, tester.connect(), data)

    def test_upload(self, tester):
        host = backends.stalled(tester)
        start(tester, host)
        client, server = pipes.session(tester, host)
        data = echo.noise(tester, probes.big())
        client.send(data)
        client.shut()
        echo.rests(tester)
        server.read_on()
        pipes.hears(tester, server, data)

    def test_refused(self, tester):
        before = start(tester, tester.door("refused"))
        for n in (0, 10, 0):
            client = tester.connect()
            if n:
                client.send(echo.noise(tester, n))
            pipes.ends(tester, client)
        probes.descriptors_back(tester, before)

    def test_descriptors(self, tester):
        host = backends.echo(tester)
        before = start(tester, host)
        for i in range(100):
            client, server = pipes.session(tester, host)
            echo.echoes(tester, client)
            if i % 2:
                server.close()
                pipes.ends(tester, client)
            client.close()
        probes.descriptors_back(tester, before)

    def test_burst(self, tester):
        before = start(tester, backends.echo(tester))
        for _ in range(50):
            with tester.program.paused():  # it meets them when they have left
                some = [tester.connect() for _ in range(4)]
                some[0].send(echo.noise(tester, 10))
                some[1].reset()
                for client in some:
                    client.close()
            tester.calm()
        probes.descriptors_back(tester, before)
        echo.echoes(tester, tester.connect())

    def test_idle(self, tester):
        host = backends.echo(tester)
        start(tester, host)
        client, _ = pipes.session(tester, host)
        probes.idle(tester)
        echo.echoes(tester, client)
        probes.idle(tester)


@exercise("09.2")
class TestForwardTheEnd:
    """forwarder.py: an EOF is passed on behind the last byte, a reset as a reset"""

    def test_reply(self, tester):
        answer = echo.noise(tester, 3000)
        host = backends.replier(tester, answer)
        start(tester, host)
        client, server = pipes.session(tester, host)
        client.send(request := echo.noise(tester, 100))
        pipes.hears(tester, server, request, eof=False)
        client.shut()
        pipes.hears(tester, server, request)
        pipes.hears(tester, client, answer, cut="eof-ends-both")

    def test_request(self, tester):
        host = backends.push(tester, news := echo.noise(tester, 3000))
        start(tester, host)
        client, server = pipes.session(tester, host)
        pipes.hears(tester, client, news)
        client.send(data := echo.noise(tester, 100_000))
        pipes.hears(tester, server, data, eof=False, cut="eof-ends-both")
        client.shut()
        pipes.hears(tester, server, data)

    def test_behind(self, tester):
        host = backends.stalled(tester)
        start(tester, host)
        client, server = pipes.session(tester, host)
        backends.serve(server, "echo")
        server.read_on()
        client.send(data := echo.noise(tester, probes.big()))
        client.shut()
        pipes.hears(tester, client, data, cut="eof-overtakes")
        client, server = pipes.session(tester, host, reading=False)
        for sender, reader in ((client, server), (server, client)):
            sender.send(data := echo.noise(tester, probes.big()))
            sender.shut()
            echo.rests(tester)
            reader.read_on()
            pipes.hears(tester, reader, data, cut="eof-overtakes")

    def test_idle(self, tester):
        host = backends.plain(tester)
        start(tester, host)
        for i in range(2):
            ended, other = pipes.session(tester, host)[:: 1 if i else -1]
            ended.shut()
            pipes.hears(tester, other, b"")
        probes.idle(tester)

    def test_done(self, tester):
        host = backends.plain(tester)
        before = start(tester, host)
        for i in range(40):
            first, last = pipes.session(tester, host)[:: 1 if i % 2 else -1]
            first.send(word := echo.noise(tester, 10))
            first.shut()
            pipes.hears(tester, last, word)
            last.shut()
            pipes.hears(tester, first, b"")
        probes.descriptors_back(tester, before)

    def test_reset(self, tester):
        host = backends.plain(tester)
        before = start(tester, host)
        for i in range(6):
            rude, other = pipes.session(tester, host)[:: 1 if i % 2 else -1]
            other.send(word := echo.noise(tester, 10))
            pipes.hears(tester, rude, word, eof=False)
            rude.reset()
            pipes.is_reset(tester, other, rude)
        probes.descriptors_back(tester, before)


@exercise("09.3")
class TestValve:
    """forwarder.py: who reads slowly slows down who sends, through the forwarder"""

    def dam(self, tester, host, upload=False):
        """One end sends and the other does not read: the valve shuts. Both ends, and the bytes."""
        client, server = pipes.session(tester, host)
        writer, reader = (client, server) if upload else (server, client)
        reader.hold()
        return writer, reader, echo.dammed(tester, writer, reader)

    def test_download(self, tester):
        start(tester, host := backends.plain(tester))
        self.dam(tester, host)

    def test_upload(self, tester):
        start(tester, host := backends.plain(tester))
        self.dam(tester, host, upload=True)

    def test_idle(self, tester):
        start(tester, host := backends.plain(tester))
        self.dam(tester, host)
        probes.idle(tester)

    def test_resume(self, tester):
        start(tester, host := backends.plain(tester))
        for upload in (False, True):
            writer, reader, data = self.dam(tester, host, upload)
            echo.still_there(tester, reader)
            reader.read_on()
            pipes.hears(tester, reader, data, eof=False)
            writer.shut()
            pipes.hears(tester, reader, data)

    def test_others(self, tester):
        start(tester, host := backends.plain(tester))
        early, its = pipes.session(tester, host)
        backends.serve(its, "echo")
        self.dam(tester, host)
        probes.isolated(tester, lambda: echo.echoes(tester, early))
        late, its = pipes.session(tester, host)
        backends.serve(its, "echo")
        probes.isolated(tester, lambda: echo.echoes(tester, late))

    def test_duplex(self, tester):
        start(tester, host := backends.plain(tester))
        server, client, news = self.dam(tester, host)
        client.send(data := echo.noise(tester, probes.big()))
        pipes.hears(tester, server, data, eof=False)
        client.read_on()
        pipes.hears(tester, client, news, eof=False)


EACH = 1_000_000  # bytes that a session carries to and fro
PROMPT = 2.0  # seconds that the program may sleep meanwhile


class Crowd:
    """Fifty sessions through an echo, a megabyte each, all at once: three of them reset in
    mid-stream, one client does not read, and the others are the `rest`."""

    def __init__(self, tester, host):
        self.tester = tester
        pairs = [pipes.session(tester, host) for _ in range(50)]
        (first, second), (third, fourth), (fifth, sixth), (self.stalled, _) = pairs[:40:10]
        self.rude = {first: second, fourth: third, fifth: sixth}  # who resets: its other end
        quiet = {first, third, fifth, self.stalled}
        self.rest = [client for client, _ in pairs if client not in quiet]
        self.sent = {client: echo.noise(tester, EACH) for client, _ in pairs}
        self.sent[self.stalled] = echo.noise(tester, 2 * probes.big())

    def run(self):
        """All send. Who is rude resets when it has heard a part."""
        self.stalled.hold()
        for peer in self.rude:
            self.resets_after(peer, EACH // 4)
        for client, data in self.sent.items():
            client.send(data)
            if client is self.stalled or client in self.rest:
                client.shut()

    def resets_after(self, peer, n):
        before = peer.heard

        def heard(peer):
            before(peer)
            if len(peer.received) >= n:
                peer.reset()

        peer.heard = heard

    def rest_is_intact(self):
        for client in self.rest:
            pipes.hears(self.tester, client, self.sent[client])


@exercise("09.4")
class TestCrowd:
    """forwarder.py: fifty sessions at once"""

    def crowd(self, tester):
        """It runs; and how many descriptors there were before it."""
        host = backends.echo(tester)
        before = start(tester, host)
        crowd = Crowd(tester, host)
        crowd.run()
        return crowd, before

    def test_intact(self, tester):
        crowd, _ = self.crowd(tester)
        crowd.rest_is_intact()

    def test_partners(self, tester):
        crowd, _ = self.crowd(tester)
        for rude, other in crowd.rude.items():
            pipes.is_reset(tester, other, rude)

    def test_stalled(self, tester):
        crowd, _ = self.crowd(tester)
        crowd.rest_is_intact()
        echo.rests(tester)
        echo.still_there(tester, crowd.stalled)
        crowd.stalled.read_on()
        pipes.hears(tester, crowd.stalled, crowd.sent[crowd.stalled])

    def test_descriptors(self, tester):
        crowd, before = self.crowd(tester)
        crowd.rest_is_intact()
        crowd.stalled.reset()
        probes.descriptors_back(tester, before)

    def test_prompt(self, tester):
        host = backends.echo(tester)
        start(tester, host)

        def attempt():
            crowd = Crowd(tester, host)
            crowd.run()
            seconds = probes.delay(tester, crowd.rest_is_intact, PROMPT)
            for peer in tester.peers:
                peer.leave()
            if seconds is None:
                return None
            seen = say("crowd-slept", seconds=seconds)
            return tester.failure("late", say("crowd-prompt", seconds=PROMPT), seen)

        probes.in_time(tester, attempt, slack=PROMPT)

    def test_queue(self, tester):
        start(tester, backends.echo(tester))
        with tester.program.paused():
            peers = [tester.begin_connect() for _ in range(50)]
            try:
                tester.until(lambda: all(one.connected for one in peers), seconds=0.9, armed=False)
            except NotThere:
                seen = say("queue-full", n=sum(peer.connected for peer in peers))
                raise tester.failure("short-queue", say("queue", n=len(peers)), seen) from None
        for peer in peers:
            echo.echoes(tester, peer)

    def test_full(self, tester):
        host, n = backends.echo(tester), 20
        most = start(tester, host) + 2 * n + 1  # the last caller is let in, and cannot be joined
        tester.stop()
        start(tester, host, nofile=(most, most))
        clients = [tester.connect() for _ in range(n + 5)]
        with contextlib.suppress(NotThere):
            tester.until(lambda: sum(map(echo.over, clients)) >= len(clients) - n)
        probes.turned_away(tester, clients, len(clients) - n)
        served = [client for client in clients if not echo.over(client)]
        for client in served:
            echo.echoes(tester, client)
        for client in served[:2]:
            client.close()
        probes.descriptors_back(tester, most - 5)  # one was free all the while
        echo.echoes(tester, tester.connect())
