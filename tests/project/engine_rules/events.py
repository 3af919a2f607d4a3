"""From an event to a handler: the four functions, the handle_*_event methods, errors and logs."""

import contextlib
import errno
import io
import os
import re
import select
import socket
import sys
from collections.abc import Callable
from typing import Any

from .lab import ANY_PORT, HOST, PATIENCE, Lab, compat, failure, printed, raised, readable

HANDLERS = {
    "read": "handle_read_event",
    "write": "handle_write_event",
    "_exception": "handle_expt_event",
}


def target(lab: Lab, error: BaseException | None = None) -> Any:
    """Something with the methods that events call; each tells, then raises the error given."""

    def tell(word: str) -> Callable[[Any], None]:
        def method(self: Any) -> None:
            lab.log.append(word)
            if error is not None and word != "handle_error":
                raise error

        return method

    names = [*HANDLERS.values(), "handle_close", "handle_error"]
    return type("Target", (), {name: tell(name) for name in names})()


@compat(
    "read, write and _exception call one method each",
    ["handle_read_event", "handle_write_event", "handle_expt_event"],
)
def one_method_each(lab: Lab) -> Any:
    for name in HANDLERS:
        getattr(lab.asyncore, name)(target(lab))
    return lab.log


@compat(
    "readwrite calls one method for each flag, in the order read, write, urgent",
    {
        "IN": ["handle_read_event"],
        "OUT": ["handle_write_event"],
        "PRI": ["handle_expt_event"],
        "HUP": ["handle_close"],
        "ERR": ["handle_close"],
        "NVAL": ["handle_close"],
        "IN OUT PRI": ["handle_read_event", "handle_write_event", "handle_expt_event"],
        "": [],
    },
)
def the_flags(lab: Lab) -> Any:
    seen = {}
    for names in ("IN", "OUT", "PRI", "HUP", "ERR", "NVAL", "IN OUT PRI", ""):
        lab.log.clear()
        flags = sum(getattr(select, f"POLL{name}") for name in names.split())
        lab.asyncore.readwrite(target(lab), flags)
        seen[names] = lab.log[:]
    return seen


@compat(
    "read, write, _exception and readwrite let the three pass and give the rest to handle_error",
    {
        name: {
            "ExitNow": ["ExitNow", False],
            "KeyboardInterrupt": ["KeyboardInterrupt", False],
            "SystemExit": ["SystemExit", False],
            "ValueError": ["none", True],
            "GeneratorExit": ["none", True],
        }
        for name in (*HANDLERS, "readwrite")
    },
)
def exceptions_of_the_four(lab: Lab) -> Any:
    kinds = (lab.asyncore.ExitNow, KeyboardInterrupt, SystemExit, ValueError, GeneratorExit)
    seen: dict[str, Any] = {}
    for name in (*HANDLERS, "readwrite"):
        flags = (select.POLLIN,) if name == "readwrite" else ()
        for kind in kinds:
            lab.log.clear()
            left = raised(getattr(lab.asyncore, name), target(lab, kind()), *flags)
            seen.setdefault(name, {})[kind.__name__] = [left, "handle_error" in lab.log]
    return seen


GONE = ("ECONNRESET", "ENOTCONN", "ESHUTDOWN", "ECONNABORTED", "EPIPE", "EBADF")


@compat(
    "readwrite takes the errors of a lost connection for a close, other OSErrors for errors",
    dict.fromkeys(GONE, "handle_close")
    | dict.fromkeys(("EIO", "ETIMEDOUT", "ECONNREFUSED", "EAGAIN"), "handle_error"),
)
def lost_connections(lab: Lab) -> Any:
    seen = {}
    for name in (*GONE, "EIO", "ETIMEDOUT", "ECONNREFUSED", "EAGAIN"):
        code = getattr(errno, name)
        thing = target(lab)

        def fail(code: int = code) -> None:
            raise OSError(code, "on purpose")

        thing.handle_read_event = fail
        lab.log.clear()
        lab.asyncore.readwrite(thing, select.POLLIN)
        seen[name] = " ".join(lab.log)
    return seen


@compat("read and write give even a lost connection to handle_error", ["handle_error"] * 2)
def lost_connections_of_read_and_write(lab: Lab) -> Any:
    for name in ("read", "write"):
        getattr(lab.asyncore, name)(target(lab, ConnectionResetError(errno.ECONNRESET, "x")))
    return [word for word in lab.log if word == "handle_error"]


def prepared(lab: Lab, **state: bool) -> Any:
    """A teller on a connected socket that believes to be in this state."""
    channel = lab.teller()(lab.tcp()[0])
    channel.connected = False
    for name, value in state.items():
        setattr(channel, name, value)
    return channel


@compat(
    "what a read event means depends on the state",
    {
        "connected": ["read"],
        "accepting": ["accept"],
        "connecting": ["connect", "read"],
        "": ["read"],
    },
)
def read_events(lab: Lab) -> Any:
    seen = {}
    for state in ("connected", "accepting", "connecting", ""):
        lab.log.clear()
        prepared(lab, **({state: True} if state else {})).handle_read_event()
        seen[state] = lab.log[:]
    return seen


@compat(
    "what a write event means depends on the state",
    {
        "connected": ["write"],
        "accepting": [],
        "connecting": ["connect", "write"],
        "": ["write"],
    },
)
def write_events(lab: Lab) -> Any:
    seen = {}
    for state in ("connected", "accepting", "connecting", ""):
        lab.log.clear()
        prepared(lab, **({state: True} if state else {})).handle_write_event()
        seen[state] = lab.log[:]
    return seen


@compat("the connect event comes once, then the channel is connected", [["connect"], True, False])
def connect_event(lab: Lab) -> Any:
    channel = prepared(lab, connecting=True)
    channel.handle_connect_event()
    return [lab.log, channel.connected, channel.connecting]


def refused(lab: Lab, kind: Any) -> Any:
    """A channel whose connect was refused, and whose kernel is ready to say so."""
    holder, address = lab.closed_port()
    lab.kept.append(holder)
    channel = kind()
    channel.create_socket()
    channel.connect(address)
    poll = select.poll()
    poll.register(channel.socket, select.POLLOUT)
    poll.poll(PATIENCE * 1000)
    return channel


@compat(
    "the connect event of a refused connect raises what SO_ERROR says",
    ["ConnectionRefusedError", "[Errno 111] Connection refused", [], False],
)
def connect_event_refused(lab: Lab) -> Any:
    channel = refused(lab, lab.teller())
    try:
        channel.handle_connect_event()
    except OSError as error:
        return [type(error).__name__, str(error), lab.log, channel.connected]
    return "no error"


@compat(
    "an urgent event without an error calls handle_expt, with one handle_close", ["expt", "close"]
)
def expt_events(lab: Lab) -> Any:
    prepared(lab, connected=True).handle_expt_event()
    refused(lab, lab.teller()).handle_expt_event()
    return lab.log


@compat("urgent data calls handle_expt, and the rest of the stream stays in order", ["!", "abcd"])
def urgent_data(lab: Lab) -> Any:
    near, far = lab.tcp()
    urgent, stream = [], []

    class Urgent(lab.quiet()):
        def handle_expt(self) -> None:
            urgent.append(self.socket.recv(1, socket.MSG_OOB).decode())

        def handle_read(self) -> None:
            stream.append(self.recv(1).decode())

    Urgent(near)
    far.send(b"ab")
    far.send(b"!", socket.MSG_OOB)
    lab.until(lambda: urgent)
    far.send(b"cd")
    lab.until(lambda: "".join(stream) == "abcd")
    return ["".join(urgent), "".join(stream)]


@compat(
    "the messages of handlers that nobody wrote",
    [
        "warning: unhandled incoming priority event",
        "warning: unhandled read event",
        "warning: unhandled write event",
        "warning: unhandled connect event",
        "warning: unhandled accepted event",
        "warning: unhandled close event",
    ],
)
def unhandled(lab: Lab) -> Any:
    near, far = lab.tcp()
    channel = lab.asyncore.dispatcher(near)
    channel.ignore_log_types = ()
    with printed() as out:
        for name in ("expt", "read", "write", "connect"):
            getattr(channel, f"handle_{name}")()
        channel.handle_accepted(far, ANY_PORT)
        channel.handle_close()
    return out.getvalue().splitlines() if far.fileno() == near.fileno() == -1 else "left open"


@compat("warnings are not shown; what is ignored is an attribute", ["info: b", "odd: c", "1: 2"])
def ignored(lab: Lab) -> Any:
    channel = lab.asyncore.dispatcher()
    with printed() as out:
        channel.log_info("a", "warning")
        channel.log_info("b")
        channel.log_info("c", type="odd")
        channel.ignore_log_types = {"info"}
        channel.log_info("d")
        channel.log_info(2, 1)
    return out.getvalue().splitlines()


@compat("log() goes to stderr, as it is now", ["log: a", "log: 7"])
def log(lab: Lab) -> Any:
    with contextlib.redirect_stderr(io.StringIO()) as out:
        channel = lab.asyncore.dispatcher()
        channel.log("a")
        channel.log(7)
    return out.getvalue().splitlines()


ERROR = re.compile(
    r"error: uncaptured python exception, closing channel (.*) "
    r"\(<class '(\w+)'>:(.*?) ((?:\[[^]|]*\|[^]|]*\|\d+\])(?: \[[^]|]*\|[^]|]*\|\d+\])*)\)\n"
)


def error_line(text: str) -> Any:
    """Channel, exception, message and the last function of what handle_error printed."""
    found = ERROR.fullmatch(text)
    if not found:
        return text
    channel, kind, message, trace = found.groups()
    file, function, _line = trace.split("] [")[-1].strip("[]").split("|")
    channel = re.sub(r"0x[0-9a-f]+", "ID", re.sub(rf"{HOST}:\d+", "HOST:PORT", channel))
    return [channel, kind, message, os.path.basename(file), function]


@compat(
    "handle_error tells who, what and where on stdout, then handle_close is called",
    [
        [
            "<engine_rules.events.default_error.<locals>.Fails connected HOST:PORT at ID>",
            "ZeroDivisionError", "on purpose", "events.py", "handle_read",
        ],
        ["close"],
    ],
)  # fmt: skip
def default_error(lab: Lab) -> Any:
    class Fails(lab.quiet()):
        def handle_read(self) -> None:
            raise ZeroDivisionError("on purpose")

    near, far = lab.tcp()
    Fails(near)
    far.send(b"x")
    readable(near)
    with printed() as out:
        lab.round()
    return [error_line(out.getvalue()), lab.log]


@compat(
    "handle_error bears a repr that fails",
    ["<__repr__(self) failed for object at ID>", "ValueError", "on purpose", "events.py",
     "bad_repr"],
)  # fmt: skip
def bad_repr(lab: Lab) -> Any:
    class Unspeakable(lab.asyncore.dispatcher):
        def __repr__(self) -> str:
            raise RuntimeError

    channel = Unspeakable()
    with printed() as out:
        try:
            raise ValueError("on purpose")
        except ValueError:
            channel.handle_error()
    # The address of this message alone has no 0x before it.
    text = re.sub(r"object at [0-9a-f]+>", "object at 0x0>", out.getvalue())
    return error_line(text)


@compat(
    "handle_error's line is of the type error, which may be ignored; it still closes",
    ["", ["close"]],
)
def ignored_error(lab: Lab) -> Any:
    class Still(lab.quiet()):
        ignore_log_types = frozenset({"error"})

    channel = Still(lab.tcp()[0])
    with printed() as out:
        try:
            raise ValueError
        except ValueError:
            channel.handle_error()
    return [out.getvalue(), lab.log]


@compat("handle_error can see the exception", "ZeroDivisionError")
def the_exception_in_handle_error(lab: Lab) -> Any:
    class Looks(lab.quiet()):
        def handle_read(self) -> None:
            raise ZeroDivisionError

        def handle_error(self) -> None:
            lab.log.append(failure())
            self.close()

    near, far = lab.tcp()
    Looks(near)
    far.send(b"x")
    readable(near)
    lab.round()
    return lab.log[0]


@compat("compact_traceback without an exception", "AssertionError: traceback does not exist")
def no_traceback(lab: Lab) -> Any:
    try:
        lab.asyncore.compact_traceback()
    except AssertionError as error:
        return f"AssertionError: {error}"
    return "nothing"


@compat(
    "compact_traceback: where it ended, type, value, and every frame from the outside in",
    [["events.py", "inner"], "ValueError", "x", ["compact_traceback", "outer", "inner"], True],
)
def compact_traceback(lab: Lab) -> Any:
    def inner() -> None:
        raise ValueError("x")

    def outer() -> None:
        inner()

    try:
        outer()
    except ValueError:
        (file, function, line), kind, value, info = lab.asyncore.compact_traceback()
        trace = sys.exc_info()[2]
        assert trace and trace.tb_next and trace.tb_next.tb_next
        frames = [one.split("|") for one in info.strip("[]").split("] [")]
        same = line == str(trace.tb_next.tb_next.tb_lineno) == frames[-1][2]
        names = [one[1] for one in frames]
        return [[os.path.basename(file), function], kind.__name__, str(value), names, same]
    return "nothing"
