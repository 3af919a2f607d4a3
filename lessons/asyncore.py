"""An event loop in one file: ask, wait, call.

Every channel (a `dispatcher`) stands in a map, {fd: channel}. A round asks
each one what it wants to hear of, waits until the kernel has news, and calls
the channel that the news is about. Nothing waits anywhere else. The names and
messages are those of Python 3.11's asyncore: its programs run on this file.
"""

import contextlib
import errno
import math
import os
import select
import socket
import sys
import traceback
import warnings

socket_map = {}  # {fd: channel}: who takes part, unless a map is given

IN, PRI, OUT = select.POLLIN, select.POLLPRI, select.POLLOUT
GONE = select.POLLHUP | select.POLLERR | select.POLLNVAL


def _errors(names):
    return frozenset(getattr(errno, name) for name in names.split())


# A connection that is over, as send and recv tell of it.
_OVER = "ECONNRESET ENOTCONN ESHUTDOWN ECONNABORTED EPIPE EBADF"
_DISCONNECTED = _errors(_OVER)
_NOT_NOW = _errors("EAGAIN EWOULDBLOCK")
_UNDER_WAY = _errors("EINPROGRESS EALREADY EWOULDBLOCK")
# The caller has left, or another process was quicker, or its network failed.
_NOBODY = _NOT_NOW | _errors(
    "ECONNABORTED EPROTO ENETDOWN ENETUNREACH EHOSTDOWN EHOSTUNREACH"
)
_FULL = _errors("EMFILE ENFILE")  # no descriptor is left


class ExitNow(Exception):
    """Raised by a handler, it ends the loop."""


_reraised_exceptions = (ExitNow, KeyboardInterrupt, SystemExit)


# -- one event, one call


def guard(obj, handler):
    """What `handler()` returns. What it raises is the channel's matter, told
    to its handle_error; only _reraised_exceptions leave the loop."""
    return handler()  # TODO 06.3 guard


def read(obj):
    """There is something to read, a caller to accept, or an end of it all."""
    guard(obj, obj.handle_read_event)


def write(obj):
    """The kernel takes bytes again, or a connect has come to its end."""
    guard(obj, obj.handle_write_event)


def _exception(obj):
    """Urgent data has come (or, on other systems, a connect has failed)."""
    guard(obj, obj.handle_expt_event)


def readwrite(obj, flags):
    """Everything that poll reported of one channel, in one go."""
    if flags & IN:
        flags &= ~GONE  # bytes that came before the end are read before it
    sock = getattr(obj, "socket", None)
    try:
        for flag, handler in _HANDLERS:
            if getattr(obj, "_fileno", 0) is None:
                break  # closed by the handler before: it hears no more
            if flags & flag and getattr(obj, "socket", None) is sock:
                getattr(obj, handler)()
    except _reraised_exceptions:
        raise
    except BaseException as error:
        if getattr(error, "errno", None) not in _DISCONNECTED:
            obj.handle_error()
        elif getattr(obj, "_fileno", 0) is not None:
            obj.handle_close()


_HANDLERS = (
    (IN, "handle_read_event"),
    (OUT, "handle_write_event"),
    (PRI, "handle_expt_event"),
    (GONE, "handle_close"),
)


# -- one round: ask, wait, call


def wants(obj):
    """What one channel wants, asked through guard(): IN | PRI if readable(),
    OUT if writable() and no listener (`accepting`); both; or 0."""
    raise NotImplementedError("TODO 06.1 wants")


def ask(map):
    """Ask every channel, as what one wants may depend on another: {fd: (flags,
    channel, its socket)} of those that want something and are still there."""
    raise NotImplementedError("TODO 06.1 ask")


def still(map, fd, obj, sock):
    """The channel to call for an event on `fd`: `obj`, or None if it is not
    there any more with its socket `sock`. A number that one handler closes,
    the kernel gives to the socket that the next handler opens."""
    return map.get(fd)  # TODO 06.4 still


def poll(timeout=0.0, map=None):
    """ask(), wait for at most `timeout` seconds (None: no end) unless the map
    is empty; then read(), write() or _exception() whoever still() gives."""
    raise NotImplementedError("TODO 06.1 poll")


def poll2(timeout=0.0, map=None):
    """The same with poll, in milliseconds; what it reports is readwrite()."""
    raise NotImplementedError("TODO 06.1 poll2")


poll3 = poll2


def loop(timeout=30.0, use_poll=False, map=None, count=None):
    """Go round until the map is empty, or `count` times; a round waits for at
    most `timeout` seconds."""
    raise NotImplementedError("TODO 06.1 loop")


# -- the channel


class dispatcher:
    """A socket that is called when something happens to it."""

    debug = connected = accepting = connecting = closing = _closed = False
    addr = None
    ignore_log_types = frozenset({"warning"})

    def __init__(self, sock=None, map=None):
        self._map = socket_map if map is None else map
        self._fileno = None
        self.socket = None
        if sock is None:
            return
        sock.setblocking(False)
        self.set_socket(sock, map)
        self.connected = True
        try:
            self.addr = sock.getpeername()
        except OSError as error:
            if error.errno not in (errno.ENOTCONN, errno.EINVAL):
                self.del_channel(map)
                raise
            self.connected = False  # it listens, or its peer has left

    def __repr__(self):
        words = [type(self).__module__ + "." + type(self).__qualname__]
        if self.accepting and self.addr:
            words.append("listening")
        elif self.connected:
            words.append("connected")
        try:
            host, port = self.addr
            words.append(f"{host}:{port:d}")
        except (TypeError, ValueError):  # none, a path, or IPv6
            words += [repr(self.addr)] if self.addr is not None else []
        return f"<{' '.join(words)} at {id(self):#x}>"

    def add_channel(self, map=None):
        """Take part in the loop over `map`, or the one it was made with."""
        raise NotImplementedError("TODO 06.1 dispatcher.add_channel")

    def del_channel(self, map=None):
        """Take no part any more; `_fileno` is None from then on. Twice is as
        good as once: the number may be another channel's by then."""
        raise NotImplementedError("TODO 06.1 dispatcher.del_channel")

    # -- its socket

    def create_socket(self, family=socket.AF_INET, type=socket.SOCK_STREAM):
        """Have a new socket, which never blocks, and take part."""
        self.family_and_type = family, type
        sock = socket.socket(family, type)
        sock.setblocking(False)
        self.set_socket(sock)

    def set_socket(self, sock, map=None):
        """Have this socket, and take part."""
        self.socket = sock
        self._fileno, self._closed = sock.fileno(), False
        self.add_channel(map)

    def set_reuse_addr(self):
        """Bind again at once after a restart, if the system lets us."""
        option = socket.SOL_SOCKET, socket.SO_REUSEADDR
        with contextlib.suppress(OSError):
            value = self.socket.getsockopt(*option) | 1
            self.socket.setsockopt(*option, value)

    def bind(self, addr):
        self.addr = addr
        return self.socket.bind(addr)

    def listen(self, num):
        self.accepting = True
        _hold_spare()
        return self.socket.listen(num)

    def connect(self, address):
        """Begin to connect; handle_connect tells of success. OSError if it
        fails at once, with the channel closed."""
        # TODO 08.0 dispatcher.connect
        self.connected, self.connecting = False, True
        self.socket.connect_ex(address)
        self.addr = address

    def accept(self):
        """(socket, address) of the next caller; None for an error in _NOBODY,
        what turn_away() returns for one in _FULL."""
        return self.socket.accept()  # TODO 06.2 dispatcher.accept

    def turn_away(self):
        """No descriptor is free for the next caller, who would be told of in
        every round: let it in with the one in _spare, and hang up."""
        raise  # TODO 06.4 dispatcher.turn_away

    def send(self, data):
        """Send what the kernel takes now; the number of bytes, maybe 0."""
        try:
            return self.socket.send(data)
        except OSError as error:
            if error.errno not in _NOT_NOW | _DISCONNECTED:
                raise
            if error.errno in _DISCONNECTED:
                self._tell_close()
            return 0

    def recv(self, buffer_size):
        """At most so many bytes; b"" at the end, which is told as well."""
        try:
            data = self.socket.recv(buffer_size)
        except OSError as error:
            if error.errno not in _DISCONNECTED:
                raise
            self._tell_close()
            return b""
        if not data:
            self.handle_eof()
        return data

    def _tell_close(self):
        if not self._closed:  # else it has closed by itself, and knows
            self.handle_close()

    def close(self):
        """Leave the map and give the socket back. No handler runs after it."""
        self.connected = self.accepting = self.connecting = False
        self._closed = True
        self.del_channel()
        try:
            if self.socket is not None:
                self.socket.close()
        except OSError as error:
            if error.errno not in (errno.ENOTCONN, errno.EBADF):
                raise

    # -- what it wants to hear of: asked before every wait

    def readable(self):
        return True

    def writable(self):
        """Override it: an idle connection can take bytes all the time. One
        without a handle_write of its own has no use for such news."""
        handler = getattr(self.handle_write, "__func__", None)
        return not self.connected or handler is not dispatcher.handle_write

    def handle_read_event(self):
        if self.accepting:
            self.handle_accept()
            return
        if self.connecting:
            self.handle_connect_event()
        if not self._closed:  # as handle_connect may do
            self.handle_read()

    def handle_write_event(self):
        if self.accepting:
            return  # a listener has nothing to write
        if self.connecting:
            self.handle_connect_event()
        if not self._closed:
            self.handle_write()

    def handle_connect_event(self):
        """A connect has come to its end: SO_ERROR, read once, says how."""
        # TODO 08.0 dispatcher.handle_connect_event
        self.connecting = False
        self.connected = True
        self.handle_connect()

    def handle_expt_event(self):
        error = self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            self.handle_close()
            return
        self.handle_expt()
        with contextlib.suppress(OSError, TypeError):  # taken, or no socket
            self.socket.recv(1, socket.MSG_OOB)  # else it is told for ever

    # -- handlers, to be overridden

    def handle_error(self):
        """An exception that no handler caught: told, and the channel closed.
        A listener stays: the next caller is not to blame."""
        _, kind, value, trace = compact_traceback()
        try:
            name = repr(self)
        except BaseException:
            name = f"<__repr__(self) failed for object at {id(self):0x}>"
        end = "keeping listener" if self.accepting else "closing channel"
        self.log_info(
            f"uncaptured python exception, {end} {name}"
            f" ({kind}:{value} {trace})",
            "error",
        )
        if not self.accepting:
            self._tell_close()

    def handle_accept(self):
        """What accept() gives, if anything, goes to handle_accepted()."""
        # TODO 06.2 dispatcher.handle_accept
        self.handle_accepted(*self.accept())

    def handle_accepted(self, sock, addr):
        """Somebody has called; `sock` is ours to use and to close."""
        sock.close()
        self.log_info("unhandled accepted event", "warning")

    def handle_connect(self):
        self.log_info("unhandled connect event", "warning")

    def handle_read(self):
        self.log_info("unhandled read event", "warning")

    def handle_write(self):
        self.log_info("unhandled write event", "warning")

    def handle_expt(self):
        self.log_info("unhandled incoming priority event", "warning")

    def handle_eof(self):
        """The peer says nothing more. It may still listen."""
        self.handle_close()

    def handle_close(self):
        self.log_info("unhandled close event", "warning")
        self.close()

    def log(self, message):
        sys.stderr.write(f"log: {message}\n")

    def log_info(self, message, type="info"):
        if type not in self.ignore_log_types:
            print(f"{type}: {message}")


_spare = []  # one descriptor of no use, for dispatcher.turn_away


def _hold_spare():
    if not _spare:
        with contextlib.suppress(OSError):  # none is free: the next time
            _spare.append(os.open(os.devnull, os.O_RDONLY))


# -- bytes that are owed


class dispatcher_with_send(dispatcher):
    """A connection that remembers what the kernel did not take yet."""

    high_water = math.inf  # bytes owed: above it nothing more is read …
    low_water = 0  # … until no more than this is owed
    paused = False
    ending = False  # shutdown() was called, and EOF is not sent yet

    def __init__(self, sock=None, map=None):
        self.out_buffer = bytearray()
        dispatcher.__init__(self, sock, map)

    def send(self, data):
        """Owe these bytes, and pay at once what the kernel takes."""
        raise NotImplementedError("TODO 07.1 dispatcher_with_send.send")

    def initiate_send(self):
        """Pay what the kernel takes now (dispatcher.send() tells), from the
        front of `out_buffer`; the rest stays owed."""
        raise NotImplementedError(
            "TODO 07.1 dispatcher_with_send.initiate_send"
        )

    def handle_write(self):
        """There is room again."""
        raise NotImplementedError("TODO 07.1 dispatcher_with_send.handle_write")

    def writable(self):
        """While something is owed, or a connect has not ended."""
        raise NotImplementedError("TODO 07.1 dispatcher_with_send.writable")

    def readable(self):
        """Not from above `high_water` until at most `low_water` is owed."""
        return True  # TODO 07.3 dispatcher_with_send.readable

    def shutdown(self):
        """Say nothing more: send EOF behind the last byte that is owed, and
        go on reading. Before the connection is there, it waits for that."""
        raise NotImplementedError("TODO 09.0 dispatcher_with_send.shutdown")

    def end_if_paid(self):
        """Send the EOF of shutdown(), once, when nothing is owed any more."""
        pass  # TODO 09.0 dispatcher_with_send.end_if_paid

    def handle_write_event(self):
        dispatcher.handle_write_event(self)
        self.end_if_paid()

    def close(self):
        """Close. Owing while connected, first hand socket, bytes and map to a
        `drainer`; this channel keeps _CLOSED and owes nothing."""
        dispatcher.close(self)  # TODO 07.2 dispatcher_with_send.close


class drainer(dispatcher):
    """Sends what a closed channel owes, then closes; nobody hears of it. What
    the peer still says is thrown away: closed with bytes unread, a socket
    resets the connection, and a reset overtakes what is under way."""

    heard_all = False

    def __init__(self, sock, owed, map):
        self.owed = bytearray(owed)
        dispatcher.__init__(self, sock, map)

    def readable(self):
        return not self.heard_all

    def writable(self):
        return len(self.owed) > 0

    def handle_read(self):
        self.recv(65536)

    def handle_eof(self):
        self.heard_all = True
        if not self.owed:
            self.close()

    def handle_write(self):
        """Pay what the kernel takes of `owed`; when all is paid, finish()."""
        raise NotImplementedError("TODO 07.2 drainer.handle_write")

    def finish(self):
        """All is sent: the peer is told by EOF, and closes."""
        if self.heard_all:
            self.close()
        else:
            self.socket.shutdown(socket.SHUT_WR)

    def handle_close(self):
        self.close()  # the peer has left: nobody is there to be paid

    handle_error = handle_close


_CLOSED = socket.socket()  # stands for a socket that was handed on
_CLOSED.close()


# -- for debugging, and the end of everything


def compact_traceback():
    """The exception being handled: where it was raised (file, function,
    line), its class, itself, and the way there in one line of text."""
    kind, value, trace = sys.exc_info()
    if trace is None:
        raise AssertionError("traceback does not exist")
    way = [
        (frame.f_code.co_filename, frame.f_code.co_name, str(line))
        for frame, line in traceback.walk_tb(trace)
    ]
    text = " ".join(f"[{'|'.join(step)}]" for step in way)
    return way[-1], kind, value, text


def close_all(map=None, ignore_all=False):
    """Close every channel at once, owing or not, and empty the map. Raises
    what a close raises, unless it is EBADF or `ignore_all`."""
    map = socket_map if map is None else map
    for obj in list(map.values()):
        try:
            obj.close()
        except _reraised_exceptions:
            raise
        except BaseException as error:
            closed = getattr(error, "errno", None) == errno.EBADF
            if not closed and not ignore_all:
                raise
    for obj in list(map.values()):
        if isinstance(obj, drainer):
            obj.close()
    map.clear()


# -- anything with a descriptor


class file_wrapper:
    """A descriptor with the methods of a socket. It owns a duplicate."""

    def __init__(self, fd):
        self.fd = os.dup(fd)

    def __del__(self):
        if self.fd >= 0:
            warnings.warn(f"unclosed file {self!r}", ResourceWarning, 2, self)
        self.close()

    def recv(self, *args):
        return os.read(self.fd, *args)

    def send(self, *args):
        return os.write(self.fd, *args)

    def getsockopt(self, level, optname, buflen=None):
        """A descriptor that is no socket has no error to tell."""
        asked = level, optname, buflen
        if asked == (socket.SOL_SOCKET, socket.SO_ERROR, None):
            return 0
        raise NotImplementedError(
            "Only asyncore specific behaviour implemented."
        )

    read = recv
    write = send

    def close(self):
        if self.fd >= 0:
            fd, self.fd = self.fd, -1
            os.close(fd)

    def fileno(self):
        return self.fd


class file_dispatcher(dispatcher):
    """A channel on a pipe, a terminal, a file: whatever has a descriptor."""

    def __init__(self, fd, map=None):
        dispatcher.__init__(self, None, map)
        self.connected = True
        if hasattr(fd, "fileno"):
            fd = fd.fileno()
        self.set_file(fd)
        os.set_blocking(fd, False)

    def set_file(self, fd):
        self.socket = file_wrapper(fd)
        self._fileno, self._closed = self.socket.fileno(), False
        self.add_channel()


# -- a name that old programs and tests know


def _strerror(error):
    """What the system calls this error number."""
    try:
        return os.strerror(error)
    except (ValueError, OverflowError, NameError):
        return f"Unknown error {error}"
