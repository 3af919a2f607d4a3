"""What a rule is, and what it works with: an engine, real sockets, and rounds of its loop."""

import contextlib
import io
import os
import select
import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

PATIENCE = 20.0  # seconds that only a broken engine, or a machine at its end, needs
RULES: list["Rule"] = []


def _own_address() -> str:
    """A loopback address of this process, so that no stranger on the machine calls a port of ours
    which was its own a moment ago. Linux has 16 million of them."""
    if sys.platform != "linux":
        return "127.0.0.1"
    low = os.getpid()
    return f"127.{1 + (low >> 14) % 250}.{(low >> 7) % 128}.{1 + low % 128}"


HOST = _own_address()
ANY_PORT = (HOST, 0)


@dataclass(frozen=True)
class By:
    """What is seen depends on the multiplexer: `select`, or any other one."""

    select: Any
    poll: Any


@dataclass(frozen=True)
class Rule:
    """`run(lab)` returns what it saw: `ours` on our engines, `asyncore` on the real module.

    Of the tier compat the two are the same; of better and new they differ, and the table of
    differences shows them in words.
    """

    name: str
    tier: str  # compat, better, new
    run: Callable[["Lab"], Any]
    ours: Any
    asyncore: Any
    text: dict[str, str]  # what the rule says, in each language (compat: English alone)
    fast: bool = False  # only the fast engine promises it, where the kernel keeps the list

    def applies(self, engine: str, mux: str) -> bool:
        return not self.fast or (engine, mux) in (("asyncore", "poll"), ("fast", "epoll"))

    def expected(self, engine: str, mux: str) -> Any:
        wanted = self.asyncore if engine == "asyncore" else self.ours
        if isinstance(wanted, By):
            wanted = wanted.select if mux == "select" else wanted.poll
        return plain(wanted)


def plain(value: Any) -> Any:
    """As JSON would give it back: tuples are lists."""
    if isinstance(value, dict):
        return {str(name): plain(one) for name, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, (list, tuple)) else value


def compat(
    en: str, seen: Any, zh: str = ""
) -> Callable[[Callable[["Lab"], Any]], Callable[["Lab"], Any]]:
    """The rule `en`: on the real asyncore and on our engines alike, this is seen. One that stands
    in known.py is shown to readers, and needs its sentence in Chinese."""

    def add(run: Callable[["Lab"], Any]) -> Callable[["Lab"], Any]:
        text = {"en": en, "zh": zh} if zh else {"en": en}
        RULES.append(Rule(run.__name__, "compat", run, seen, seen, text))
        return run

    return add


def better(
    en: str, zh: str, *, ours: Any, asyncore: Any, tier: str = "better", fast: bool = False
) -> Callable[[Callable[["Lab"], Any]], Callable[["Lab"], Any]]:
    """A difference on purpose: the real asyncore must show the one, our engines the other."""

    def add(run: Callable[["Lab"], Any]) -> Callable[["Lab"], Any]:
        text = {"en": en, "zh": zh}
        RULES.append(Rule(run.__name__, tier, run, ours, asyncore, text, fast))
        return run

    return add


class Stuck(AssertionError):
    """What a rule waited for did not come."""


class Lab:
    """One engine behind one multiplexer, in a process that runs one rule and ends."""

    def __init__(self, engine: str, asyncore: ModuleType, mux: str) -> None:
        self.engine = engine
        self.asyncore = asyncore
        self.mux = mux
        self.log: list[Any] = []  # what handlers tell
        self.kept: list[socket.socket] = []  # nobody hangs up because a rule forgot a name

    # -- the loop

    def loop(self, timeout: float | None = 0.0, map: Any = None, count: int | None = None) -> None:
        """The engine's own `loop` on this lab's multiplexer."""
        self.asyncore.loop(timeout, self.mux == "poll", map, count)

    def round(self, map: Any = None, timeout: float = 0.0) -> None:
        self.loop(timeout, map, 1)

    def idle_round(self) -> None:
        """A round in which nobody wants anything: what an engine prepares is prepared then."""
        channels = list(self.asyncore.socket_map.values())
        for channel in channels:
            channel.readable = channel.writable = lambda: False
        self.round()
        for channel in channels:
            del channel.readable, channel.writable

    def rounds(self, count: int, map: Any = None) -> None:
        self.loop(0.0, map, count)

    def until(self, done: Callable[[], Any], map: Any = None) -> None:
        """Rounds until `done()`; whoever waits in vain is stuck."""
        end = time.monotonic() + PATIENCE
        while not done():
            if time.monotonic() > end:
                raise Stuck(f"still not so after {PATIENCE:g} s of rounds; log: {self.log}")
            self.round(map, 0.02)

    # -- sockets whose other end is ours

    def tcp(self) -> tuple[socket.socket, socket.socket]:
        """Two ends of a TCP connection; the first is for the engine."""
        with socket.create_server(ANY_PORT) as server:
            near = socket.create_connection(server.getsockname())
            far = server.accept()[0]
        self.kept += near, far
        return near, far

    def unix(self) -> tuple[socket.socket, socket.socket]:
        near, far = socket.socketpair()
        self.kept += near, far
        return near, far

    def listener(self, base: Any = None, map: Any = None) -> Any:
        """A channel that listens on a port of the system's choice."""
        channel = (base or self.asyncore.dispatcher)(None, map)
        channel.create_socket()
        channel.set_reuse_addr()
        channel.bind(ANY_PORT)
        channel.listen(16)
        return channel

    def caller(self, listener: Any) -> socket.socket:
        """A client of this listening channel; it stands in the queue when this returns."""
        client = socket.create_connection(listener.socket.getsockname())
        self.kept.append(client)
        readable(listener.socket)
        return client

    def closed_port(self) -> tuple[socket.socket, tuple[str, int]]:
        """An address that refuses: bound, so that nobody else gets it, and not listening."""
        holder = socket.socket()
        holder.bind(ANY_PORT)
        return holder, holder.getsockname()

    # -- what a rule looks at

    def quiet(self, base: Any = None) -> Any:
        """A channel class that tells `log` of every event but write, which it does not ask for."""
        log = self.log

        class Quiet(base or self.asyncore.dispatcher):
            name = "channel"

            def writable(self) -> bool:
                return False

            def handle_read(self) -> None:
                log.append("read")

            def handle_close(self) -> None:
                log.append("close")
                self.close()

        return Quiet

    def quiet_with_send(self) -> Any:
        """dispatcher_with_send, as it is, but for what it tells of reading and closing."""
        log = self.log

        class QuietWithSend(self.asyncore.dispatcher_with_send):
            def handle_read(self) -> None:
                log.append("read")

            def handle_close(self) -> None:
                log.append("close")
                self.close()

        return QuietWithSend

    def teller(self, base: Any = None) -> Any:
        """A channel class whose every handler tells `log`, errors with the exception's name."""
        log = self.log

        def tell(word: str) -> Callable[..., None]:
            return lambda channel, *rest: log.append(word)

        class Teller(base or self.asyncore.dispatcher):
            handle_read, handle_write = tell("read"), tell("write")
            handle_connect, handle_expt = tell("connect"), tell("expt")
            handle_accept, handle_close = tell("accept"), tell("close")

            def handle_error(self) -> None:
                log.append("error:" + failure())

        return Teller


def failure() -> str:
    """The name of the exception that is being handled."""
    kind = sys.exc_info()[0]
    return kind.__name__ if kind else "none"


def raised(call: Callable[..., Any], *args: Any, **named: Any) -> str:
    """The name of what this call raises, or `none`."""
    try:
        call(*args, **named)
    except BaseException as error:
        return type(error).__name__
    return "none"


def readable(sock: Any) -> None:
    """Wait until the kernel has something here for a reader: bytes, an end, or a client."""
    if not select.select([sock], [], [], PATIENCE)[0]:
        raise Stuck("nothing came to read")


def hung_up(fd: Any) -> None:
    """Wait until poll() would say that the other end is gone."""
    poll = select.poll()
    poll.register(fd, 0)
    if not poll.poll(PATIENCE * 1000):
        raise Stuck("no hang-up")


def everything(sock: socket.socket) -> bytes:
    """All bytes up to the end of the stream."""
    sock.settimeout(PATIENCE)
    return b"".join(iter(lambda: sock.recv(65536), b""))


def reset(sock: socket.socket) -> None:
    """Hang up with a reset (RST), so that whoever writes or reads there is told."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    sock.close()


@contextlib.contextmanager
def printed() -> Iterator[io.StringIO]:
    with contextlib.redirect_stdout(io.StringIO()) as out:
        yield out


def used(fd: int) -> bool:
    """Whether this number is an open descriptor."""
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True
