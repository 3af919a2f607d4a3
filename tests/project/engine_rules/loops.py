"""loop() and poll(): who is asked, who is called, and what ends them."""

import time
from typing import Any

from .lab import By, Lab, compat, printed, raised, readable


@compat("loop() and the polls return at once when the map is empty", ["loop", "poll", "poll2"])
def an_empty_map(lab: Lab) -> Any:
    lab.loop(3600, {})
    lab.loop(3600)
    lab.log.append("loop")
    lab.asyncore.poll(3600, {})
    lab.log.append("poll")
    lab.asyncore.poll2(0.0, {})
    lab.log.append("poll2")
    return lab.log


@compat("loop() without a count ends when the last channel is gone", ["read", "close"])
def the_last_channel(lab: Lab) -> Any:
    class Once(lab.quiet()):
        def handle_read(self) -> None:
            lab.log.append("read")
            self.handle_close()

    near, far = lab.tcp()
    Once(near)
    far.send(b"x")
    lab.loop(3600)
    return lab.log


def counter(lab: Lab, base: Any = None) -> Any:
    """A channel class that tells how often it was asked."""

    class Counter(base or lab.asyncore.dispatcher):
        asked = 0

        def readable(self) -> bool:
            self.asked += 1
            return True

        def writable(self) -> bool:
            return False

    return Counter


@compat("loop(count=n) asks and waits n times, n <= 0 not once", {"3": 3, "0": 0, "-1": 0})
def the_count(lab: Lab) -> Any:
    near, _far = lab.tcp()
    seen = {}
    for count in (3, 0, -1):
        channel = counter(lab)(near)
        lab.loop(0.0, count=count)
        seen[count] = channel.asked
    return seen


@compat("loop(count=n) ends earlier when the map is empty", ["asked"])
def the_count_of_no_channel(lab: Lab) -> Any:
    class Leaves(lab.asyncore.dispatcher):
        def readable(self) -> bool:
            lab.log.append("asked")
            self.close()
            return False

        def writable(self) -> bool:
            return False

    near, _far = lab.tcp()
    Leaves(near)
    lab.loop(0.0, count=5)
    return lab.log


@compat("before every wait every channel is asked, readable first, in the order of the map", 3)
def asked_every_round(lab: Lab) -> Any:
    def asks(word: str, answer: Any) -> Any:
        def ask(channel: Any) -> Any:
            lab.log.append(f"{channel.name}.{word}")
            return answer

        return ask

    class Asked(lab.asyncore.dispatcher):
        name = ""
        readable = asks("readable", True)
        writable = asks("writable", False)

    ends = [lab.tcp() for _ in range(3)]
    for name, (near, _far) in zip("ABC", ends, strict=True):
        Asked(near).name = name
    one_round = [f"{name}.{word}" for name in "ABC" for word in ("readable", "writable")]
    lab.rounds(3)
    return 3 if lab.log == one_round * 3 else lab.log


@compat("who says no to readable() is not read, its bytes wait", ["read b'later'"])
def not_readable(lab: Lab) -> Any:
    class Door(lab.asyncore.dispatcher):
        open = False

        def readable(self) -> bool:
            return self.open

        def writable(self) -> bool:
            return False

        def handle_read(self) -> None:
            lab.log.append(f"read {self.recv(99)}")

    near, far = lab.tcp()
    door = Door(near)
    far.send(b"later")
    readable(near)
    lab.rounds(3)
    door.open = True
    lab.round()
    return lab.log


@compat("predicates may answer with anything true or false", ["read", "write"])
def truth_of_predicates(lab: Lab) -> Any:
    class Odd(lab.teller()):
        def readable(self) -> Any:
            return b"yes"

        def writable(self) -> Any:
            return 7

    class Never(lab.teller()):
        def readable(self) -> Any:
            return b""

        def writable(self) -> Any:
            return None

    near, far = lab.tcp()
    other, another = lab.tcp()
    far.send(b"x")
    another.send(b"x")
    readable(near)
    readable(other)
    Odd(near)
    Never(other)
    lab.round()
    return lab.log


@compat("a channel that is ready for all is read before it is written", ["read", "write"])
def read_before_write(lab: Lab) -> Any:
    near, far = lab.tcp()
    lab.teller()(near)
    far.send(b"x")
    readable(near)
    lab.round()
    return lab.log


@compat("a channel that accepts is never asked to write, whatever its writable() says", [])
def accepting_never_writes(lab: Lab) -> Any:
    class Writes(lab.asyncore.dispatcher):
        def readable(self) -> bool:
            return False

        def writable(self) -> bool:
            return True

        def handle_write_event(self) -> None:
            lab.log.append("write event")

    near, _far = lab.tcp()
    Writes(near).accepting = True
    lab.rounds(3)
    return lab.log


@compat("nobody wants anything: the round waits out its time", {"waited": True, "calls": []})
def nobody_wants(lab: Lab) -> Any:
    class Idle(lab.teller()):
        def readable(self) -> bool:
            return False

        writable = readable

    near, far = lab.tcp()
    far.send(b"x")
    Idle(near)
    begin = time.monotonic()
    lab.round(timeout=0.1)
    return {"waited": time.monotonic() - begin >= 0.099, "calls": lab.log}


@compat("a round waits out its time when nothing happens", True)
def the_timeout(lab: Lab) -> Any:
    near, _far = lab.tcp()
    lab.quiet()(near)
    begin = time.monotonic()
    lab.round(timeout=0.1)
    return time.monotonic() - begin >= 0.099


@compat("a round ends as soon as something happens; timeout=None waits for ever", ["read"] * 2)
def no_time_lost(lab: Lab) -> Any:
    near, far = lab.tcp()
    lab.quiet()(near)
    far.send(b"x")
    lab.round(timeout=3600)
    lab.loop(None, None, 1)
    return lab.log


@compat("two maps do not mix", {"first": ["A"], "then": ["A", "B"]})
def two_maps(lab: Lab) -> Any:
    class Named(lab.quiet()):
        def handle_read(self) -> None:
            lab.log.append(self.name)
            self.recv(9)

    maps: list[dict[int, Any]] = [{}, {}]
    for name, channels in zip("AB", maps, strict=True):
        near, far = lab.tcp()
        Named(near, channels).name = name
        far.send(b"x")
        readable(near)
    lab.rounds(2, maps[0])
    first = lab.log[:]
    lab.rounds(2, maps[1])
    return {"first": first, "then": lab.log}


@compat("an empty dictionary is a map like any other", {"its own": True, "held": True, "global": 0})
def an_empty_map_is_a_map(lab: Lab) -> Any:
    near, _far = lab.tcp()
    channels: dict[int, Any] = {}
    channel = lab.asyncore.dispatcher(near, channels)
    return {
        "its own": channel._map is channels,
        "held": channels == {near.fileno(): channel},
        "global": len(lab.asyncore.socket_map),
    }


@compat("socket_map is looked up when it is needed: it may be bound anew", ["read"])
def socket_map_bound_anew(lab: Lab) -> Any:
    lab.asyncore.socket_map = {}
    near, far = lab.tcp()
    channel = lab.quiet()(near)
    far.send(b"x")
    readable(near)
    lab.round()
    return lab.log if lab.asyncore.socket_map == {near.fileno(): channel} else "another map"


def pair_in_one_round(lab: Lab, base: Any) -> list[Any]:
    """Two channels that are both ready to be read when the next round begins."""
    channels = []
    for name in "AB":
        near, far = lab.tcp()
        channel = base(near)
        channel.name, channel.far = name, far
        far.send(b"x")
        readable(near)
        channels.append(channel)
    return channels


@compat("a channel that another one closes in mid-round is not called", {"calls": 1, "left": 1})
def closed_by_another(lab: Lab) -> Any:
    channels: list[Any] = []

    class Closes(lab.quiet()):
        def handle_read(self) -> None:
            lab.log.append(self.name)
            for other in channels:
                if other is not self:
                    other.close()

    channels += pair_in_one_round(lab, Closes)
    lab.round()
    return {"calls": len(lab.log), "left": len(lab.asyncore.socket_map)}


@compat(
    "a channel that is opened in mid-round is called from the next round on",
    {"this round": ["read"], "next": ["read", "new"]},
)
def opened_in_mid_round(lab: Lab) -> Any:
    near, far = lab.tcp()
    other, another = lab.tcp()

    class New(lab.quiet()):
        def handle_read(self) -> None:
            lab.log.append("new")
            self.recv(9)

    class Opens(lab.quiet()):
        def handle_read(self) -> None:
            lab.log.append("read")
            self.recv(9)
            New(other)

    Opens(near)
    for peer, sock in ((far, near), (another, other)):
        peer.send(b"x")
        readable(sock)
    lab.round()
    this = lab.log[:]
    lab.round()
    return {"this round": this, "next": lab.log}


@compat("many channels may come and go in one round", {"read": 20, "left": 20})
def many_come_and_go(lab: Lab) -> Any:
    class Replaced(lab.quiet()):
        def handle_read(self) -> None:
            lab.log.append("read")
            self.close()
            Replaced(lab.unix()[0])

    for _ in range(20):
        near, far = lab.unix()
        far.send(b"x")
        Replaced(near)
    lab.round()
    return {"read": len(lab.log), "left": len(lab.asyncore.socket_map)}


PASSING = ("ExitNow", "KeyboardInterrupt", "SystemExit")
RAISING = ("handle_read", "handle_write", "handle_accept")


def raiser(lab: Lab, handler: str, error: type[BaseException]) -> Any:
    """A channel that is ready, and whose handler raises this error."""

    def fail(channel: Any) -> None:
        raise error("on purpose")

    class Raises(lab.asyncore.dispatcher):
        def writable(self) -> bool:
            return handler == "handle_write"

        def handle_error(self) -> None:
            lab.log.append("handle_error")
            self.close()

    setattr(Raises, handler, fail)
    if handler == "handle_accept":
        channel = lab.listener(Raises)
        lab.caller(channel)
        return channel
    near, far = lab.tcp()
    far.send(b"x")
    readable(near)
    return Raises(near)


@compat(
    "ExitNow, KeyboardInterrupt and SystemExit leave loop(), and the channel stays",
    {f"{handler} {name}": [name, 1, []] for handler in RAISING for name in PASSING},
)
def what_leaves_the_loop(lab: Lab) -> Any:
    kinds = dict(zip(PASSING, (lab.asyncore.ExitNow, KeyboardInterrupt, SystemExit), strict=True))
    seen = {}
    for handler in RAISING:
        for name, kind in kinds.items():
            channel = raiser(lab, handler, kind)
            left = raised(lab.round)
            seen[f"{handler} {name}"] = [left, len(lab.asyncore.socket_map), lab.log[:]]
            channel.close()
    return seen


class Strange(BaseException):
    """No Exception, and none of the three that leave the loop."""


@compat(
    "every other exception of a handler goes to handle_error",
    {
        f"{handler} {name}": ["none", ["handle_error"]]
        for handler in RAISING
        for name in ("ValueError", "StopIteration", "Strange")
    },
)
def what_handle_error_gets(lab: Lab) -> Any:
    seen = {}
    for handler in RAISING:
        for kind in (ValueError, StopIteration, Strange):
            lab.log.clear()
            channel = raiser(lab, handler, kind)
            seen[f"{handler} {kind.__name__}"] = [raised(lab.round), lab.log[:]]
            channel.close()
    return seen


@compat("an OSError of a handler that is no hang-up goes to handle_error", ["handle_error"])
def an_os_error(lab: Lab) -> Any:
    raiser(lab, "handle_read", PermissionError)
    lab.round()
    return lab.log


@compat("what handle_error raises leaves loop()", "ZeroDivisionError")
def handle_error_raises(lab: Lab) -> Any:
    channel = raiser(lab, "handle_read", ZeroDivisionError)

    def again() -> None:
        raise

    channel.handle_error = again
    return raised(lab.round)


@compat("after ExitNow the loop may go on", ["ExitNow", "read"])
def go_on_after_exit_now(lab: Lab) -> Any:
    class Leaves(lab.quiet()):
        left = False

        def handle_read(self) -> None:
            if not self.left:
                self.left = True
                raise lab.asyncore.ExitNow
            lab.log.append("read")

    near, far = lab.tcp()
    Leaves(near)
    far.send(b"x")
    readable(near)
    lab.log.append(raised(lab.round))
    lab.round()
    return lab.log


@compat("one bad handler does not cost the others", ["A fails", "B reads", "error"])
def one_bad_handler(lab: Lab) -> Any:
    class Fails(lab.quiet()):
        def handle_read(self) -> None:
            lab.log.append("A fails")
            raise ZeroDivisionError

        def handle_error(self) -> None:
            lab.log.append("error")
            self.close()

    class Reads(lab.quiet()):
        def handle_read(self) -> None:
            lab.log.append("B reads")

    for kind in (Fails, Reads):
        near, far = lab.tcp()
        kind(near)
        far.send(b"x")
        readable(near)
    lab.round()
    return sorted(lab.log)  # who is first is free


@compat("poll, poll2 and poll3 do one round of the global map or of the one given", ["read"] * 6)
def the_polls(lab: Lab) -> Any:
    near, far = lab.tcp()
    lab.quiet()(near)
    far.send(b"x")
    readable(near)
    for poll in (lab.asyncore.poll, lab.asyncore.poll2, lab.asyncore.poll3):
        poll()
        poll(timeout=0.0, map=lab.asyncore.socket_map)
    return lab.log


@compat("anything with the right methods may stand in the map", ["read", "write"])
def any_object(lab: Lab) -> Any:
    near, far = lab.tcp()
    far.send(b"x")
    readable(near)

    class Thing:
        accepting = False

        def readable(self) -> bool:
            return True

        writable = readable

        def handle_read_event(self) -> None:
            lab.log.append("read")

        def handle_write_event(self) -> None:
            lab.log.append("write")

    lab.round({near.fileno(): Thing()})
    return lab.log


@compat(
    "loop() inside a handler, on another map",
    ["outer begins", "inner", "outer ends"],
)
def a_loop_in_a_handler(lab: Lab) -> Any:
    inner: dict[int, Any] = {}

    class Inner(lab.quiet()):
        def handle_read(self) -> None:
            lab.log.append("inner")
            self.close()

    class Outer(lab.quiet()):
        def handle_read(self) -> None:
            lab.log.append("outer begins")
            self.close()
            lab.loop(3600, inner)
            lab.log.append("outer ends")

    for kind, channels in ((Outer, None), (Inner, inner)):
        near, far = lab.tcp()
        kind(near, channels)
        far.send(b"x")
        readable(near)
    lab.loop(3600)
    return lab.log


@compat("loop() inside a handler, on the same map: every byte is read once, in order", ["xy", "xy"])
def a_loop_in_a_handler_on_the_same_map(lab: Lab) -> Any:
    seen = {"A": "", "B": ""}

    class Nests(lab.quiet()):
        def handle_read(self) -> None:
            try:
                seen[self.name] += self.recv(1).decode()
            except BlockingIOError:  # the inner loop was here first
                return
            lab.round()

    for channel in pair_in_one_round(lab, Nests):
        channel.far.send(b"y")
    lab.until(lambda: len(seen["A"] + seen["B"]) == 4)
    return [seen["A"], seen["B"]]


@compat("a connected channel that hangs in the map and is ready is called every round", 3)
def level_triggered(lab: Lab) -> Any:
    near, far = lab.tcp()
    lab.quiet()(near)
    far.send(b"unread")
    readable(near)
    lab.rounds(3)
    return lab.log.count("read")


@compat("use_poll chooses poll(), without it select() serves: the same events", ["read", "read"])
def use_poll(lab: Lab) -> Any:
    near, far = lab.tcp()
    lab.quiet()(near)
    far.send(b"x")
    readable(near)
    lab.asyncore.loop(timeout=0.0, use_poll=False, map=lab.asyncore.socket_map, count=1)
    lab.asyncore.loop(timeout=0.0, use_poll=True, count=1)
    return lab.log


def stand_ins(lab: Lab, *errors: BaseException | None) -> dict[int, Any]:
    """A map of stand-ins whose close() tells, and raises what it is told to."""

    class StandIn:
        def __init__(self, name: int, error: BaseException | None) -> None:
            self.name, self.error = name, error

        def close(self) -> None:
            lab.log.append(self.name)
            if self.error:
                raise self.error

    return {number: StandIn(number, error) for number, error in enumerate(errors)}


@compat("close_all() closes everybody of its map and empties it", [[0, 1, 2], 0])
def close_all_of_a_map(lab: Lab) -> Any:
    channels = stand_ins(lab, None, None, None)
    lab.asyncore.close_all(channels)
    return [lab.log, len(channels)]


@compat("close_all() without a map takes socket_map as it is now", [[0, 1], 0])
def close_all_of_the_global_map(lab: Lab) -> Any:
    lab.asyncore.socket_map = channels = stand_ins(lab, None, None)
    lab.asyncore.close_all()
    return [lab.log, len(channels)]


EBADF, EIO = OSError(9, "bad"), OSError(5, "broken")


@compat(
    "close_all() passes over EBADF, stops at other errors, with ignore_all at none",
    {
        "EBADF": ["none", [0, 1], 0],
        "EIO": ["OSError", [0], 2],
        "ValueError": ["ValueError", [0], 2],
        "EIO, ignore_all": ["none", [0, 1], 0],
        "ValueError, ignore_all": ["none", [0, 1], 0],
        "ExitNow, ignore_all": ["ExitNow", [0], 2],
        "KeyboardInterrupt, ignore_all": ["KeyboardInterrupt", [0], 2],
        "SystemExit, ignore_all": ["SystemExit", [0], 2],
    },
)
def close_all_and_errors(lab: Lab) -> Any:
    cases: list[tuple[str, BaseException, bool]] = [
        ("EBADF", EBADF, False),
        ("EIO", EIO, False),
        ("ValueError", ValueError(), False),
        ("EIO, ignore_all", EIO, True),
        ("ValueError, ignore_all", ValueError(), True),
        ("ExitNow, ignore_all", lab.asyncore.ExitNow(), True),
        ("KeyboardInterrupt, ignore_all", KeyboardInterrupt(), True),
        ("SystemExit, ignore_all", SystemExit(), True),
    ]
    seen = {}
    for name, error, ignore_all in cases:
        lab.log.clear()
        channels = stand_ins(lab, error, None)
        done = raised(lab.asyncore.close_all, channels, ignore_all=ignore_all)
        seen[name] = [done, lab.log[:], len(channels)]
    return seen


@compat("close_all() bears channels that close one another", [0, [True] * 3])
def close_all_in_a_chain(lab: Lab) -> Any:
    channels: list[Any] = []

    class Chained(lab.asyncore.dispatcher):
        def close(self) -> None:
            super().close()
            for other in channels:
                if other.socket.fileno() != -1:
                    other.close()

    ends = [lab.tcp() for _ in range(3)]
    channels += [Chained(near) for near, _far in ends]
    lab.asyncore.close_all()
    return [len(lab.asyncore.socket_map), [near.fileno() == -1 for near, _far in ends]]


@compat(
    "a descriptor closed behind its channel's back: select() raises, poll() says so",
    By(select=["OSError", []], poll=["none", ["close"]]),
)
def closed_behind_its_back(lab: Lab) -> Any:
    near, _far = lab.tcp()
    lab.quiet()(near)
    near.close()
    return [raised(lab.round), lab.log]


@compat("ExitNow is an Exception", [True, False])
def exit_now(lab: Lab) -> Any:
    kind = lab.asyncore.ExitNow
    return [issubclass(kind, Exception), issubclass(kind, OSError)]


@compat("a warning of the loop's own is not shown", "")
def silent_by_default(lab: Lab) -> Any:
    near, far = lab.tcp()

    class Asks(lab.asyncore.dispatcher):
        def writable(self) -> bool:
            return True

    Asks(near)
    far.send(b"x")
    readable(near)
    with printed() as out:
        lab.round()
    return out.getvalue()
