"""Lesson 08: a client that never waits, on the learner's engine."""

import contextlib
import errno
import re
import socket
import time

from looplab.checks import echo, probes, proc
from looplab.checks.faults import CheckFailed, say
from looplab.checks.logger import Logger
from looplab.checks.peer import Peer
from looplab.checks.plugin import exercise, not_run
from looplab.checks.rounds import BACK_ENDS, prints, rests
from looplab.checks.tester import NotThere
from looplab.checks.web import END, Origin
from looplab.origin import HUGE

LINE = re.compile(r"(\S+) (\d+) (http://\S+)")
NOWHERE = "255.255.255.255:9"  # no door at all: the kernel knows it at once


def page(tester, most=400):
    """Some bytes that nobody has sent before; such as end a head, among them."""
    data = echo.noise(tester, tester.random.randrange(100, most))
    return bytes(data) + END + b"Content-Length: 5\r\n\r\n" + bytes(data[:9])


def path(tester):
    return f"/{tester.random.getrandbits(40):x}"


class Client:
    """A running client. `told(url)`: (word, length) of each of its lines about this address."""

    def __init__(self, tester, *urls, args=()):
        self.tester, self.urls, self.began = tester, urls, time.monotonic()
        self.program = tester.run(*args, *urls)

    def told(self, url):
        found = map(LINE.fullmatch, self.tester.lines())
        return [(one[1], int(one[2])) for one in found if one and one[3] == url]

    def tells(self, url, *words, length=None, fault="wrong-answer", untold="untold", **how):
        """The line of this URL has one of these words, and the length, if it is given."""
        shown = "LENGTH" if length is None else length
        expected = say("door-line", text=f"{' / '.join(map(str, words))} {shown} {url}")
        try:
            self.tester.until(lambda: self.told(url), **how)
        except NotThere as why:
            raise self.untold(expected, why, untold) from None
        word, n = self.told(url)[0]
        if word not in map(str, words) or length not in (None, n):
            seen = say("door-other", logged=f"{word} {n} {url}")
            raise wrong(self.tester, fault, expected, seen)

    def untold(self, expected, why, fault):
        """No such line: it has ended without it, or it goes on."""
        if not self.program.ended():
            seen = say("no-such-line", seconds=round(why.waited, 1))
            return self.tester.blame(expected, why, fault, seen)
        seen = say("ended-untold", status=self.program.status)
        return wrong(self.tester, fault, expected, seen)

    def ends(self, status=0):
        """Each address has one line; the program ends by itself, with this status."""
        expected = say("ends-with", status=status)
        try:
            self.tester.until(self.program.ended)
        except NotThere as why:
            seen = say("goes-on", seconds=round(why.waited, 1))
            raise self.tester.blame(expected, why, "not-ended", seen) from None
        self.program.drain()
        for url in self.urls:
            if len(self.told(url)) > self.urls.count(url):
                raise CheckFailed("told-twice", say("url-lines"), say("door-twice", text=url))
        if self.program.status != status:
            seen = say("exited", status=self.program.status)
            raise wrong(self.tester, "wrong-status", expected, seen)

    def asleep(self):
        """The seconds since the start in which it neither ran nor wanted to."""
        return time.monotonic() - self.began - sum(proc.cpu(self.program.family()))


class Fetch(Client):
    """A running http_client.py."""

    def __init__(self, tester, *urls, timeout=0.0):
        args = ["--timeout", str(timeout)] if timeout else []
        super().__init__(tester, *urls, args=args)


def wrong(tester, fault, expected, seen):
    """What is wrong with a program whose status is its own to choose; but a traceback tells more,
    and so does a part that is not written."""
    with contextlib.suppress(NotThere):
        tester.until(tester.program.ended, seconds=0.3)
    tester.program.drain(0.3)
    if tester.program.own_traceback():
        return tester.failure(fault, expected, seen)
    return CheckFailed(fault, expected, seen)


def fetches(tester, mode, length, status=200, **how):
    """One page of an origin in this mode comes as it should, and the program ends."""
    origin = Origin(tester, mode, **how)
    show = Fetch(tester, url := origin.url(path(tester)))
    show.tells(url, status, length=length)
    show.ends()
    return origin


@exercise("08.1")
class TestFetch:
    """http_client.py: one page"""

    def test_imports(self, tester):
        probes.imports(tester)

    def test_request(self, tester):
        for where in (path(tester), f"/a{path(tester)}?b=c&d={tester.random.getrandbits(20)}", "/"):
            origin = Origin(tester, "mute")  # an answer would be the end of what it may ask
            Fetch(tester, origin.url(where))
            expected = say("asks-for", path=where, host=origin.address)
            try:
                tester.until(lambda o=origin: any(END in o.asked(one) for one in o.callers))
            except NotThere as why:
                heard = b"".join(map(origin.asked, origin.callers))
                seen = say("asked", data=repr(heard[:200]))
                raise tester.blame(expected, why, "wrong-request", seen) from None
            self.is_right(tester, origin, where, expected)

    def is_right(self, tester, origin, where, expected):
        """One connection, one request, with a Host, and nothing behind its empty line."""
        echo.rests(tester, 0.2)
        heard = [origin.asked(one) for one in origin.callers]
        first, *lines = heard[0].split(b"\r\n")
        hosts = [line for line in lines if line.lower().startswith(b"host:")]
        host = hosts[0].partition(b":")[2].strip() if len(hosts) == 1 else b""
        right = first == f"GET {where} HTTP/1.0".encode() and host == origin.address.encode()
        if len(heard) > 1 or not right or lines[-2:] != [b"", b""] or heard[0].count(END) > 1:
            seen = say("asked", data=repr(b"".join(heard)[:200]))
            raise wrong(tester, "wrong-request", expected, seen)

    def test_one_page(self, tester):
        for _ in range(2):
            fetches(tester, "normal", len(data := page(tester)), page=data)

    def test_split(self, tester):
        data = page(tester, 110)
        origin, slow = Origin(tester, "split", data), Origin(tester, "drip", data[:20])
        size = len(data) + len("HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n") + 22
        urls = [origin.url(path(tester)) for _ in range(size)]
        show = Fetch(tester, *urls, last := slow.url(path(tester)))
        for url in urls:
            show.tells(url, 200, length=len(data), seconds=probes.WHOLE)
        show.tells(last, 200, length=20, seconds=probes.WHOLE)
        show.ends()

    def test_till_close(self, tester):
        fetches(tester, "till-close", len(data := page(tester)), page=data)

    def test_keep_open(self, tester):
        origin = Origin(tester, "keep-open", data := page(tester))
        slow = Origin(tester, "normal", b"late", ready=lambda _: any(p.eof for p in origin.callers))
        show = Fetch(tester, url := origin.url(path(tester)), last := slow.url(path(tester)))
        show.tells(url, 200, length=len(data))
        (peer,) = origin.callers
        try:
            tester.until(lambda: peer.eof)  # at once, not when the program ends
        except NotThere as why:
            seen = say("host-no-eof", seconds=round(why.waited, 1))
            raise tester.blame(say("host-eof"), why, "not-closed", seen) from None
        show.tells(last, 200, length=4)
        show.ends()

    def test_headers(self, tester):
        fetches(tester, "many-headers", len(data := page(tester)), page=data)
        for status in (404, 500, 206):
            fetches(tester, answers(status), len(data), status, page=data)

    def test_huge(self, tester):
        fetches(tester, "huge", HUGE)

    def test_idle(self, tester):
        origin = Origin(tester, "mute")
        Fetch(tester, origin.url(path(tester)))
        tester.until(lambda: bool(origin.callers) and END in origin.asked(origin.callers[0]))
        probes.idle(tester)

    def test_quit(self, tester):
        origin = Origin(tester, "mute")
        Fetch(tester, origin.url(path(tester)))
        tester.until(lambda: bool(origin.callers) and END in origin.asked(origin.callers[0]))
        probes.quits(tester, rebinds=False)


def answers(status):
    """A mode: this status, and the connection stays open."""
    return lambda data, turn: iter(
        [("send", b"HTTP/1.1 %d \r\ncontent-length:%d\r\n\r\n" % (status, len(data)) + data)]
    )


@exercise("08.2")
class TestFailures:
    """http_client.py: what can go wrong"""

    def test_refused(self, tester):
        def attempt():
            door = tester.door("refused")
            show = Fetch(tester, url := f"http://{door.address}{path(tester)}")
            show.tells(url, "ECONNREFUSED", length=0, fault="wrong-result")
            if (seconds := show.asleep()) > 1:
                seen = say("door-late", seconds=seconds)
                return wrong(tester, "late", say("refused-soon", seconds=1), seen)
            return show.ends(1)

        probes.in_time(tester, attempt, slack=0.4)

    def test_at_once(self, tester):
        host, _, port = NOWHERE.partition(":")
        with socket.socket() as sock:
            sock.setblocking(False)
            error = sock.connect_ex((host, int(port)))
        if error in (0, errno.EINPROGRESS):
            not_run("platform:connect")
        origin = Origin(tester, "normal", data := page(tester))
        for nowhere in (NOWHERE, host):  # the second means port 80
            good, bad = origin.url(path(tester)), f"http://{nowhere}{path(tester)}"
            show = Fetch(tester, good, bad)
            show.tells(bad, errno.errorcode[error], length=0, fault="wrong-result")
            show.tells(good, 200, length=len(data))
            show.ends(1)

    def test_short(self, tester):
        for mode in ("short-body", "no-head"):
            origin = Origin(tester, mode, data := page(tester))
            show = Fetch(tester, url := origin.url(path(tester)))
            length = len(data) if mode == "short-body" else 0
            show.tells(url, "truncated", length=length, fault="cut-untold")
            show.ends(2)

    def test_reset(self, tester):
        for mode in ("rst-mid-body", reset_till_close):
            origin = Origin(tester, mode, page(tester))
            show = Fetch(tester, url := origin.url(path(tester)))
            show.tells(url, "truncated", fault="cut-untold")
            show.ends(2)

    def test_timeout(self, tester):
        door, origin = tester.door("silent"), Origin(tester, "mute")
        for address in (door.address, origin.address):
            self.gives_up(tester, f"http://{address}{path(tester)}")
        self.bears_with(tester, Origin(tester, piece_by_piece, page(tester)))
        self.looks_at_each(tester, door, Origin(tester, in_words))

    def gives_up(self, tester, url):
        def attempt():
            show = Fetch(tester, url, timeout=0.5)
            show.tells(url, "timeout", length=0, fault="wrong-result")
            expected = say("door-timeout", timeout=0.5)
            took, slept = time.monotonic() - show.began, show.asleep()
            if took < 0.5:
                raise wrong(tester, "too-early", expected, say("door-early", seconds=took))
            if slept > 1:
                return wrong(tester, "late", expected, say("door-late", seconds=slept))
            return show.ends(1)

        probes.in_time(tester, attempt, slack=0.4)

    def bears_with(self, tester, origin):
        """Something comes now and then: no silence is as long as the limit, all of it is longer."""

        def attempt():
            show = Fetch(tester, url := origin.url(path(tester)), timeout=1)
            show.tells(url, 200, length=len(origin.page), fault="too-early")
            show.ends()

        probes.in_time(tester, attempt, slack=0.4)

    def looks_at_each(self, tester, door, origin):
        """Who is silent from the first has a limit of its own, whatever is heard from another."""

        def attempt():
            silent = f"http://{door.address}{path(tester)}"
            show = Fetch(tester, slow := origin.url(path(tester)), silent, timeout=1.1)
            show.tells(silent, "timeout", length=0, fault="wrong-result")
            if (slept := show.asleep()) > 1.4:
                expected = say("door-timeout", timeout=1.1)
                return wrong(tester, "late", expected, say("door-late", seconds=slept))
            show.tells(slow, 200, length=0, fault="too-early")
            return show.ends(1)

        probes.in_time(tester, attempt, slack=0.2)

    def test_unreadable(self, tester):
        data = page(tester)
        origin = Origin(tester, "chunk-unknown", data)
        show = Fetch(tester, url := origin.url(path(tester)))
        show.tells(url, "unreadable", 200)
        if show.told(url)[0] != ("200", len(data)):  # a client may know more than it has to
            show.tells(url, "unreadable", fault="wrong-answer")
            show.ends(2)
        garbage = b"SSH-2.0-OpenSSH_9.9", b"HTTP/1.0 okay", b"ICY 200 OK\r\nContent-Length: 0"
        says = [lambda _, turn, g=g: iter([("send", g + END), ("close",)]) for g in garbage]
        for mode in (*says, "endless-head"):
            other = Origin(tester, mode)
            show = Fetch(tester, url := other.url(path(tester)))
            show.tells(url, "unreadable")
            show.ends(2)

    def test_highest(self, tester):
        short, good = Origin(tester, "short-body", b"1234"), Origin(tester, "normal", b"12345")
        refused = f"http://{tester.door('refused').address}/"
        urls = short.url(path(tester)), refused, good.url(path(tester))
        show = Fetch(tester, *urls)
        show.tells(urls[0], "truncated", length=4, fault="cut-untold")
        show.tells(refused, "ECONNREFUSED", length=0, fault="wrong-result")
        show.tells(urls[2], 200, length=5)
        show.ends(2)
        show = Fetch(tester, refused, good.url("/"))
        show.ends(1)


def piece_by_piece(data, turn):
    """A mode: a head in pieces, for two seconds, and then the page."""
    head = b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n" % len(data)
    for at in range(0, len(head), 4):
        yield "send", head[at : at + 4]
        yield "wait", 0.2
    yield "send", data
    yield ("close",)


def in_words(data, turn):
    """A mode: a head, a word now and then, and no body."""
    for word in (b"HTTP/1.0 ", b"200 OK\r\n", b"Content-Length: 0\r\n\r\n"):
        yield "wait", 0.8
        yield "send", word
    yield ("keep",)


def reset_till_close(data, turn):
    """A mode: no Content-Length, and a reset where a polite end would be the end of the page."""
    yield "send", b"HTTP/1.0 200 OK\r\n\r\n" + data
    yield "wait", 0.03
    yield ("reset",)


@exercise("08.3")
class TestTogether:
    """http_client.py: many at once"""

    def test_together(self, tester):
        def attempt():
            origin = Origin(tester, "slow", data := page(tester))
            urls = [origin.url(path(tester)) for _ in range(10)]
            show = Fetch(tester, *urls)
            for url in urls:
                show.tells(url, 200, length=len(data), seconds=probes.WHOLE)
            if (seconds := show.asleep()) > 1.2:
                seen = say("pages-took", n=len(urls), seconds=seconds)
                return tester.failure("in-turn", say("pages-together", seconds=1.2), seen)
            return show.ends()

        probes.in_time(tester, attempt, slack=0.6)

    def test_order(self, tester):
        turn = []  # the paths whose answer may go out by now
        origin = Origin(tester, "normal", data := page(tester), ready=lambda p: asks(p) in turn)
        silent = f"http://{tester.door('silent').address}/"
        paths = [path(tester) for _ in range(8)]
        show = Fetch(tester, silent, *map(origin.url, paths), timeout=60)
        tester.random.shuffle(paths)
        for one in paths:
            turn.append(one)
            show.tells(origin.url(one), 200, length=len(data), untold="told-late")
        if show.told(silent):
            raise tester.failure("told-twice", say("url-lines"), say("door-twice", text=silent))

    def test_idle(self, tester):
        origin = waited_for(tester, 10)
        probes.idle(tester)
        assert len(origin.callers) == 10

    def test_one_thread(self, tester):
        waited_for(tester, 10)
        probes.one_thread(tester)

    def test_many(self, tester):
        origin = Origin(tester, "keep-open", data := page(tester))
        urls = [origin.url(path(tester)) for _ in range(200)]
        show = Fetch(tester, *urls)
        for url in urls:
            show.tells(url, 200, length=len(data), seconds=probes.WHOLE)
        show.ends()


def asks(peer):
    """The path that this connection asks for."""
    return bytes(peer.received).split(b" ", 2)[1].decode()


def waited_for(tester, n):
    """A silent origin that has been asked for n pages."""
    origin = Origin(tester, "mute")
    Fetch(tester, *(origin.url(path(tester)) for _ in range(n)))
    expected = say("all-asked", n=n)
    try:
        tester.until(lambda: sum(END in origin.asked(one) for one in origin.callers) == n)
    except NotThere as why:
        asked = sum(END in origin.asked(one) for one in origin.callers)
        seen = say("asked-only", n=asked, seconds=round(why.waited, 1))
        raise tester.blame(expected, why, "in-turn", seen) from None
    return origin


class Upload(Client):
    """A running upload.py: `n` bytes to an origin, which may not read yet."""

    def __init__(self, tester, n, *, ready=lambda peer: True, **how):
        self.where, self.body = path(tester), echo.noise(tester, n)
        self.origin = Origin(tester, "normal", answer := page(tester), ready=ready, **how)
        self.answer, self.url = len(answer), self.origin.url(self.where)
        super().__init__(tester, self.url, args=("--size", str(n), "--key", str(self.body.key)))

    def peer(self):
        """The connection, once it is there."""
        expected = say("calls", host=self.origin.address)
        try:
            self.tester.until(lambda: bool(self.origin.callers))
        except NotThere as why:
            seen = say("no-call", seconds=round(why.waited, 1))
            raise self.tester.blame(expected, why, "silent", seen) from None
        return self.origin.callers[0]

    def head(self):
        """What the origin has heard up to the empty line."""
        peer, expected = self.peer(), self.expected()
        try:
            self.tester.until(lambda: END in peer.received or peer.eof or peer.was_reset)
        except NotThere as why:
            raise self.tester.blame(expected, why, "wrong-request", self.asked(peer)) from None
        if END not in peer.received:
            raise self.tester.failure("wrong-request", expected, self.asked(peer))
        return bytes(peer.received).partition(END)[0]

    def expected(self):
        more = {"host": self.origin.address, "size": len(self.body)}
        return say("asks-to-post", path=self.where, **more)

    def asked(self, peer):
        return say("asked", data=repr(bytes(peer.received[:200])))

    def arrives(self):
        """All of the body has come, and nothing else."""
        peer, n = self.peer(), len(self.body)
        before = len(self.head()) + len(END)
        expected = say("body-whole", n=n)

        def done():
            return len(peer.received) >= before + n or peer.eof or peer.was_reset

        try:
            self.tester.until(done, seconds=probes.WHOLE)
        except NotThere as why:
            while self.tester.pump(0.1) or self.tester.coming():
                pass  # it has ended, with bytes still under way
            got, waited = len(peer.received) - before, round(why.waited, 1)
            seen = say("body-stops", n=got, all=n, seconds=waited)
            if not done():
                raise self.tester.blame(expected, why, "short-send-lost", seen) from None
        got = bytes(peer.received[before:])
        if got != self.body:
            right = echo.in_common(got, self.body)
            seen = say("body-other", n=len(got), all=n, right=right)
            cut = right == len(got) or echo.is_gap(got, self.body, right)
            raise self.tester.failure("short-send-lost" if cut else "wrong-bytes", expected, seen)


@exercise("08.4")
class TestUpload:
    """upload.py"""

    def test_imports(self, tester):
        probes.imports(tester)

    def test_request(self, tester):
        show = Upload(tester, tester.random.randrange(1000, 2000))
        first, *lines = show.head().split(b"\r\n")
        found = {name.strip().lower(): value.strip() for name, _, value in split(lines)}
        asked = first, found.get(b"host"), found.get(b"content-length")
        host, length = show.origin.address.encode(), b"%d" % len(show.body)
        if asked != (f"POST {show.where} HTTP/1.0".encode(), host, length):
            raise tester.failure("wrong-request", show.expected(), show.asked(show.peer()))

    def test_small(self, tester):
        show = Upload(tester, 1000, ready=lambda peer: False)
        before, received = len(show.head()) + len(END), show.peer().received
        with contextlib.suppress(NotThere):  # nothing more comes, as it should be
            tester.until(lambda: len(received) > before + 1000, seconds=1)
        show.arrives()

    def test_slow(self, tester):
        show = Upload(tester, probes.big(), reading=False, window=65536)
        peer = show.peer()
        probes.filled(tester, peer)
        echo.rests(tester, 0.2)
        peer.read_on()
        show.arrives()

    def test_stalled(self, tester):
        show = Upload(tester, probes.big(), reading=False, window=65536)
        probes.filled(tester, show.peer())
        probes.idle(tester)

    def test_idle(self, tester):
        show = Upload(tester, 1000, ready=lambda peer: False)
        show.arrives()  # and now it waits for its answer
        probes.idle(tester)

    def test_answer(self, tester):
        for n in (1000, probes.big()):
            show = Upload(tester, n)
            show.arrives()
            show.tells(show.url, 200, length=show.answer)
            show.ends()
        for end in (Peer.shut, Peer.reset):
            show = Upload(tester, 1000, ready=lambda peer: False)
            show.arrives()
            end(show.peer())
            show.tells(show.url, "truncated", length=0, fault="cut-untold")
            show.ends(status=2)


def split(lines):
    return (line.partition(b":") for line in lines)


@exercise("08.0")
class TestConnect:
    """asyncore.py: dispatcher.connect, dispatcher.handle_connect_event"""

    def calls(self, tester, *addresses, poll=()):
        return Logger(tester, "--to", *addresses, *poll, program="callers")

    def test_connected(self, tester):
        for poll in BACK_ENDS:
            host = tester.host()
            self.calls(tester, host.address, poll=poll)
            prints(tester, f"{host.address} calls")
            prints(tester, f"{host.address} connected")
            self.hears_hello(tester, host)
            word = echo.noise(tester, 9)
            host.callers[-1].send(word)
            prints(tester, f"{host.address} {bytes(word)!r}")
            host.callers[-1].close()
            prints(tester, f"{host.address} over")
            if sum(line.startswith(f"{host.address} connected") for line in tester.lines()) > 1:
                seen = say("door-twice", text=f"{host.address} connected")
                raise tester.failure("told-twice", say("connected-once"), seen)
            tester.stop()

    def at(self, tester, text):
        return tester.lines().index(text) if text in tester.lines() else -2

    def hears_hello(self, tester, host):
        expected = say("says-hello")
        try:
            tester.until(lambda: host.callers and host.callers[-1].received == b"hello\n")
        except NotThere as why:
            seen = say("no-call", seconds=round(why.waited, 1))
            raise tester.blame(expected, why, "silent", seen) from None

    def fails(self, tester, address, how):
        """This line comes, and no other of what may become of a call; the channel has left."""
        expected = say("line", text=f"{address} {how}")

        def told():
            lines = [line for line in tester.lines() if line.startswith(f"{address} ")]
            return [line for line in lines if line.split()[1] in ("connected", "failed", "raised")]

        try:
            tester.until(told)
        except NotThere as why:
            seen = say("no-such-line", seconds=round(why.waited, 1))
            raise tester.blame(expected, why, "error-untold", seen) from None
        rests(tester)
        raised = any(line.split()[1] == "raised" for line in told())
        if raised and f"{address} calls" in tester.lines():
            raise tester.failure("left-in-map", say("leaves-the-map"), say("still-in-map"))
        if others := [line for line in told() if line != expected.args["text"]]:
            raise tester.failure("wrong-result", expected, say("door-other", logged=others[0]))

    def test_refused(self, tester):
        for poll in BACK_ENDS:
            door = tester.door("refused")
            self.calls(tester, door.address, poll=poll)
            self.fails(tester, door.address, "failed ECONNREFUSED")
            prints(tester, f"{door.address} over")
            probes.idle(tester)
            tester.stop()

    def test_at_once(self, tester):
        host, _, port = NOWHERE.partition(":")
        with socket.socket() as sock:
            sock.setblocking(False)
            error = sock.connect_ex((host, int(port)))
        if error in (0, errno.EINPROGRESS):
            not_run("platform:connect")
        for poll in BACK_ENDS:
            log = self.calls(tester, NOWHERE, poll=("--unix", *poll))
            self.fails(tester, NOWHERE, f"raised {errno.errorcode[error]}")
            prints(tester, "unix is called")
            if tester.lines().index("unix is called") != self.at(tester, "unix connected") + 1:
                expected = say("at-once-there")
                raise tester.failure("wrong-result", expected, say("not-there-yet"))
            log.says(log.arrives())
            probes.idle(tester)
            tester.stop()

    def test_under_way(self, tester):
        for poll in BACK_ENDS:
            door = tester.door("silent")
            log = self.calls(tester, door.address, poll=poll)
            prints(tester, f"{door.address} calls")
            a, b = log.arrives(), log.arrives()
            log.says(b)
            log.says(a)
            probes.idle(tester)
            if f"{door.address} connected" in tester.lines():
                seen = say("line", text=f"{door.address} connected")
                raise tester.failure("wrong-result", say("not-yet-connected"), seen)
            tester.answer(door)
            self.comes(tester, f"{door.address} connected")
            tester.stop()

    def comes(self, tester, text):
        """This line comes when the kernel knocks again, after a second."""
        try:
            tester.until(lambda: text in tester.lines(), armed=False)
        except NotThere as why:
            seen = say("no-such-line", seconds=round(why.waited, 1))
            raise tester.blame(say("line", text=text), why, "silent", seen) from None
