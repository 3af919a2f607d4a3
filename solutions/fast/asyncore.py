"""The same event loop with one idea more: do not ask again what is known.

What every channel wants is kept in the kernel (epoll, kqueue) and told to it
when it changes. A channel whose predicates are the library's own announces
its changes; one that overrides a predicate is asked before every wait, as
asyncore promises, since its answer may depend on anything; unless its class
`announces`. So a round costs as much as there is to do, however many channels
are idle.
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
    try:
        return handler()
    except _reraised_exceptions:
        raise
    except BaseException:
        obj.handle_error()
        return None


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
        _failed(obj, error)


def _failed(obj, error):
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
    flags = IN | PRI if guard(obj, obj.readable) else 0
    if guard(obj, obj.writable) and not obj.accepting:
        flags |= OUT
    return flags


def ask(map):
    """Ask every channel, as what one wants may depend on another: {fd: (flags,
    channel, its socket)} of those that want something and are still there."""
    asked = {}
    for fd, obj in list(map.items()):  # a predicate may close a channel
        if flags := wants(obj):
            asked[fd] = flags, obj, getattr(obj, "socket", None)
    return {fd: one for fd, one in asked.items() if map.get(fd) is one[1]}


def still(map, fd, obj, sock):
    """The channel to call for an event on `fd`: `obj`, or None if it is not
    there any more with its socket `sock`. A number that one handler closes,
    the kernel gives to the socket that the next handler opens."""
    there = map.get(fd) is obj and getattr(obj, "socket", None) is sock
    return obj if there else None


def poll(timeout=0.0, map=None):
    """ask(), wait for at most `timeout` seconds (None: no end) unless the map
    is empty; then read(), write() or _exception() whoever still() gives."""
    map = socket_map if map is None else map
    asked = ask(map)
    if not map:
        return  # nobody to wait for
    reads = [fd for fd, one in asked.items() if one[0] & IN]
    writes = [fd for fd, one in asked.items() if one[0] & OUT]
    ready = select.select(reads, writes, list(asked), timeout)
    for fds, call in zip(ready, (read, write, _exception), strict=True):
        for fd in fds:
            if (obj := still(map, fd, *asked[fd][1:])) is not None:
                call(obj)


def poll2(timeout=0.0, map=None):
    """The same with poll, in milliseconds; what it reports is readwrite()."""
    map = socket_map if map is None else map
    asked = ask(map)
    if not map:
        return
    if timeout is not None:
        timeout = math.ceil(timeout * 1000)  # down to 0 would be no wait
    poller = select.poll()
    for fd, one in asked.items():
        poller.register(fd, one[0])
    for fd, flags in poller.poll(timeout):
        if (obj := still(map, fd, *asked[fd][1:])) is not None:
            readwrite(obj, flags)


poll3 = poll2


def loop(timeout=30.0, use_poll=False, map=None, count=None):
    """Go round until the map is empty, or `count` times; a round waits for at
    most `timeout` seconds. `use_poll` makes no difference here."""
    map = socket_map if map is None else map
    while map and (count is None or count > 0):
        poll_best(timeout, map)
        if count is not None:
            count -= 1


def poll_best(timeout, map):
    """One round with the best there is: wait, and call who has news."""
    kept = _registries.get(id(map))
    if kept is None:
        kept = _registries[id(map)] = registry(map)
    news = kept.changed or kept.asked or len(map) != len(kept.known)
    if news and kept.refresh():
        timeout = 0  # more has changed meanwhile
    if _registries.get(id(map)) is kept:  # else nobody is left
        kept.call(kept.kernel.poll(timeout))


# -- what every channel wants, kept where the kernel waits


class registry:
    """What the channels of one map want, as the kernel has been told."""

    def __init__(self, map):
        self.map = map
        self.kernel = _new_kernel()
        self.flags = {}  # {fd: flags}: what the kernel waits for
        self.known = dict(map)  # {fd: channel}: the map, as it was seen last
        self.changed = dict(map)  # to be asked before the next wait
        self.asked = {}  # to be asked before every wait
        self.in_turn = None  # the same as a list, made anew after a change
        self.rounds = 0
        self.removed = False  # since the last wait

    def add(self, fd, obj):
        """A new channel. Events of this round are not meant for it."""
        self.remove(fd)
        self.known[fd] = self.changed[fd] = obj

    def remove(self, fd):
        """A channel leaves; its descriptor is about to be closed."""
        self.removed = True
        had = self.known.pop(fd, None)
        self.changed.pop(fd, None)
        if self.asked.pop(fd, None) is not None:
            self.in_turn = None
        if self.flags.pop(fd, 0):
            with contextlib.suppress(OSError, KeyError):  # closed already
                self.kernel.unregister(fd)
        if had is not None and not self.known:
            _forget(self.map)  # a map may never be used again

    def call(self, events):
        """Call every channel that an event is meant for."""
        self.rounds += 1
        self.removed = False
        mine, map, flags, known = self.rounds, self.map, self.flags, self.known
        for fd, what in events:
            if fd not in flags or (obj := known[fd]) is not map.get(fd):
                self.stray()  # it was closed by a handler of this round
                continue
            try:
                if what == IN:
                    obj.handle_read_event()
                else:
                    readwrite(obj, what)
                    self.changed[fd] = obj  # `connected` is anybody's to set
            except _reraised_exceptions:
                raise
            except BaseException as error:
                _failed(obj, error)
            if self.rounds != mine:
                break  # a handler went round itself: these are old news

    def refresh(self):
        """Ask whoever has to be asked, and tell the kernel what has changed.

        True if a predicate has changed what another channel wants.
        """
        if len(self.map) != len(self.known):
            self.compare()  # somebody has written into the map
        changed, self.changed = self.changed, {}
        for fd, obj in changed.items():
            if self.known.get(fd) is not obj:
                continue  # it has left
            if not _announces(obj, self.map):
                self.asked[fd], self.in_turn = obj, None
            else:
                if self.asked.pop(fd, None) is not None:
                    self.in_turn = None
                self.tell(fd, obj, wants(obj))
        if self.asked:
            self.ask_all()
        return self.changed

    def ask_all(self):
        """What `ask` does, for those that must be asked; thousands of calls
        are saved by having `wants` written out."""
        if self.in_turn is None:
            self.in_turn = list(self.asked.items())
        told, both = self.flags.get, IN | PRI
        for fd, obj in self.in_turn:
            try:
                flags = both if obj.readable() else 0
                if obj.writable() and not obj.accepting:
                    flags |= OUT
            except _reraised_exceptions:
                raise
            except BaseException:
                obj.handle_error()
                continue
            if flags != told(fd, 0):
                self.tell(fd, obj, flags)

    def tell(self, fd, obj, flags):
        """Have the kernel wait for `flags`, if the channel is still there."""
        told = self.flags.get(fd, 0)
        if flags == told or self.known.get(fd) is not obj:
            return
        try:
            if not flags:
                del self.flags[fd]
                self.kernel.unregister(fd)  # else it would tell of hang-ups
            elif told:
                self.kernel.modify(fd, flags)
            else:
                self.kernel.register(fd, flags)
        except OSError:  # a descriptor that was closed behind our back
            guard(obj, obj.handle_close)
        else:
            if flags:
                self.flags[fd] = flags

    def compare(self):
        """Find out what was written into the map, or taken from it."""
        for fd, obj in list(self.known.items()):
            if self.map.get(fd) is not obj:
                self.remove(fd)
        for fd, obj in self.map.items():
            if fd not in self.known:
                self.known[fd] = self.changed[fd] = obj

    def stray(self):
        """An event for nobody. If no handler has closed anything, then the
        map was edited, or the kernel knows a number that was closed while a
        duplicate of it lives on, and only a new kernel object forgets it."""
        self.compare()
        if not self.removed:
            self.kernel.close()
            self.kernel, self.flags = _new_kernel(), {}
            self.changed = dict(self.known)
            self.rounds += 1


_registries = {}  # {id of a map: its registry}


def _forget(map):
    kept = _registries.pop(id(map), None)
    if kept is not None:
        kept.rounds += 1
        kept.kernel.close()


def _forget_all():
    """A child shares its parent's epoll: it must not change it."""
    for kept in list(_registries.values()):
        _forget(kept.map)


os.register_at_fork(after_in_child=_forget_all)


def _announces(obj, map):
    """Do its predicates depend on nothing but what it announces?"""
    if getattr(obj, "_map", None) is not map:
        return False
    return getattr(obj, "announces", False) or all(
        getattr(getattr(obj, name, None), "__func__", None) in _PREDICATES
        for name in ("readable", "writable")
    )


# -- what waits: four of a kind


class _Epoll:
    """Waits for changes alone, and for urgent data too. Linux."""

    def __init__(self):
        self.epoll = select.epoll()
        self.poll = self.epoll.poll
        self.files = {}  # {fd: flags}: epoll refuses what is always ready

    def register(self, fd, flags):
        try:
            self.epoll.register(fd, flags)
        except PermissionError:
            self.files[fd] = flags & (IN | OUT)
            self.poll = self.poll_with_files

    def modify(self, fd, flags):
        if fd in self.files:
            self.files[fd] = flags & (IN | OUT)
        else:
            self.epoll.modify(fd, flags)

    def unregister(self, fd):
        if self.files.pop(fd, None) is None:
            self.epoll.unregister(fd)

    def poll_with_files(self, timeout):
        if not self.files:
            self.poll = self.epoll.poll
            return self.poll(timeout)
        return self.epoll.poll(0) + list(self.files.items())

    def close(self):
        self.epoll.close()


class _Kqueue:
    """The same on macOS and BSD. It knows nothing of urgent data."""

    def __init__(self):
        self.kqueue = select.kqueue()
        self.flags = {}

    def register(self, fd, flags):
        self.modify(fd, flags)

    def unregister(self, fd):
        self.modify(fd, 0)

    def modify(self, fd, flags):
        told, self.flags[fd] = self.flags.get(fd, 0), flags
        for flag, kind in (
            (IN, select.KQ_FILTER_READ),
            (OUT, select.KQ_FILTER_WRITE),
        ):
            if (flags ^ told) & flag:
                act = select.KQ_EV_ADD if flags & flag else select.KQ_EV_DELETE
                self.kqueue.control([select.kevent(fd, kind, act)], 0, 0)
        if not flags:
            del self.flags[fd]

    def poll(self, timeout):
        ready = {}
        for event in self.kqueue.control(None, 1024, timeout):
            flag = IN if event.filter == select.KQ_FILTER_READ else OUT
            ready[event.ident] = ready.get(event.ident, 0) | flag
        return ready.items()

    def close(self):
        self.kqueue.close()


class _Poll:
    """Any number of descriptors; the kernel looks at each in every round."""

    def __init__(self):
        self.poller = select.poll()
        self.register = self.poller.register
        self.modify = self.poller.modify
        self.unregister = self.poller.unregister

    def poll(self, timeout):
        if timeout is not None:
            timeout = math.ceil(timeout * 1000)
        return self.poller.poll(timeout)

    def close(self):
        pass


class _Select:
    """Descriptors below 1,024. Everywhere."""

    def __init__(self):
        self.flags = {}
        self.register = self.modify = self.flags.__setitem__
        self.unregister = self.flags.__delitem__

    def poll(self, timeout):
        reads = [fd for fd, flags in self.flags.items() if flags & IN]
        writes = [fd for fd, flags in self.flags.items() if flags & OUT]
        found = select.select(reads, writes, list(self.flags), timeout)
        ready = {}
        for flag, fds in zip((IN, OUT, PRI), found, strict=True):
            for fd in fds:
                ready[fd] = ready.get(fd, 0) | flag
        return ready.items()

    def close(self):
        pass


_BEST = next(
    best
    for name, best in (
        ("epoll", _Epoll),
        ("kqueue", _Kqueue),
        ("poll", _Poll),
        ("select", _Select),
    )
    if hasattr(select, name)
)


def _new_kernel():
    try:
        return _BEST()
    except OSError:  # no descriptor is left for it
        return _Poll()


# -- the channel


class dispatcher:
    """A socket that is called when something happens to it."""

    debug = connected = accepting = connecting = closing = _closed = False
    announces = False  # True: `announce` is called whenever a predicate turns
    watcher = None  # whose predicates look at this channel: announced with it
    addr = _map = _fileno = None
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
        map = self._map if map is None else map
        map[self._fileno] = self
        if (kept := _registries.get(id(map))) is not None:
            kept.add(self._fileno, self)

    def announce(self):
        """Tell the loop that a predicate may have another answer now, of this
        channel or of its `watcher`."""
        for obj in (self, self.watcher):
            if obj is None:
                return
            kept = _registries.get(id(obj._map))
            fd = obj._fileno
            if kept is None or kept.known.get(fd) is not obj:
                continue
            if fd not in kept.asked:  # it is asked anyway
                kept.changed[fd] = obj

    def del_channel(self, map=None):
        """Take no part any more; `_fileno` is None from then on. Twice is as
        good as once: the number may be another channel's by then."""
        map = self._map if map is None else map
        if map.get(self._fileno) is self:  # the number may be another's now
            del map[self._fileno]
            if (kept := _registries.get(id(map))) is not None:
                kept.remove(self._fileno)
        self._fileno = None

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
        self.announce()
        _hold_spare()
        return self.socket.listen(num)

    def connect(self, address):
        """Begin to connect; handle_connect tells of success. OSError if it
        fails at once, with the channel closed."""
        self.connected, self.connecting = False, True
        self.announce()
        error = self.socket.connect_ex(address)
        if error not in (0, errno.EISCONN, *_UNDER_WAY):
            self.close()  # nobody would ever hear of it in the map
            raise OSError(error, errno.errorcode[error])
        self.addr = address
        if error not in _UNDER_WAY:
            self.handle_connect_event()

    def accept(self):
        """(socket, address) of the next caller; None for an error in _NOBODY,
        what turn_away() returns for one in _FULL."""
        try:
            conn, addr = self.socket.accept()
        except TypeError:  # a socket whose accept() gives None
            return None
        except OSError as error:
            if error.errno in _NOBODY:
                return None
            if error.errno not in _FULL:
                raise
            return self.turn_away()
        return conn, addr

    def turn_away(self):
        """No descriptor is free for the next caller, who would be told of in
        every round: let it in with the one in _spare, and hang up."""
        if _spare:
            os.close(_spare.pop())
        with contextlib.suppress(OSError):  # it may have left by itself
            self.socket.accept()[0].close()
        _hold_spare()

    def send(self, data):
        """Send what the kernel takes now; the number of bytes, maybe 0."""
        try:
            return self.socket.send(data)
        except OSError as error:
            return self._not_sent(error)

    def _not_sent(self, error):
        if error.errno not in _NOT_NOW | _DISCONNECTED:
            raise error
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
            self.announce()  # who has heard all wants something else now
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
        if self.connected:
            self.handle_read()
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
        error = self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        self.connecting = False
        if error:
            raise OSError(error, os.strerror(error))
        self.connected = True
        self.announce()
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
        for _ in range(64):  # then the others have their turn
            pair = self.accept()
            if pair is None:
                break
            self.handle_accepted(*pair)
            if self._closed:
                break

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
        self._owed = bytearray()
        dispatcher.__init__(self, sock, map)

    @property
    def out_buffer(self):
        """What is owed. Whoever sets it, or adds to it, announces that."""
        return self._owed

    @out_buffer.setter
    def out_buffer(self, owed):
        self._owed = owed if isinstance(owed, bytearray) else bytearray(owed)
        self.announce()

    def send(self, data):
        """Pay at once what the kernel takes, and owe the rest."""
        if self.debug:
            self.log_info(f"sending {data!r}")
        if not self._owed:
            try:
                sent = self.socket.send(data)
            except OSError as error:
                sent = self._not_sent(error)
            if sent == len(data):
                return
            data = memoryview(data)[sent:]
        self.out_buffer += data

    def initiate_send(self):
        """Pay what the kernel takes now (as dispatcher.send() tells), from
        the front of `out_buffer`; the rest stays owed."""
        try:
            with memoryview(self._owed) as owed:  # copies nothing
                sent = self.socket.send(owed)
        except OSError as error:
            sent = self._not_sent(error)
        del self._owed[:sent]  # moves no byte, as a slice of bytes would
        self.announce()

    def handle_write(self):
        """There is room again."""
        self.initiate_send()

    def writable(self):
        """While something is owed, or a connect has not ended."""
        return not self.connected or len(self._owed) > 0

    def readable(self):
        """Not from above `high_water` until at most `low_water` is owed."""
        mark = self.low_water if self.paused else self.high_water
        self.paused = len(self._owed) > mark
        return not self.paused

    def shutdown(self):
        """Say nothing more: send EOF behind the last byte that is owed, and
        go on reading. Before the connection is there, it waits for that."""
        self.ending = True
        self.end_if_paid()

    def end_if_paid(self):
        """Send the EOF of shutdown(), once, when nothing is owed any more."""
        if self.ending and self.connected and not self._owed:
            self.ending = False
            with contextlib.suppress(OSError):  # the peer has left: recv tells
                self.socket.shutdown(socket.SHUT_WR)

    def handle_write_event(self):
        dispatcher.handle_write_event(self)
        self.end_if_paid()

    def close(self):
        """Close. Owing while connected, first hand socket, bytes and map to a
        `drainer`; this channel keeps _CLOSED and owes nothing."""
        if self.connected and self.out_buffer:
            self.del_channel()
            drainer(self.socket, self.out_buffer, self._map)
            self.socket, self.out_buffer = _CLOSED, bytearray()
        dispatcher.close(self)


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
        self.announce()
        if not self.owed:
            self.close()

    def handle_write(self):
        """Pay what the kernel takes of `owed`; when all is paid, finish()."""
        del self.owed[: self.send(self.owed[:65536])]
        if not self.owed:
            self.finish()

    def finish(self):
        """All is sent: the peer is told by EOF, and closes."""
        if self.heard_all:
            self.close()
        else:
            self.socket.shutdown(socket.SHUT_WR)

    def handle_close(self):
        self.close()  # the peer has left: nobody is there to be paid

    handle_error = handle_close


_PREDICATES = {
    getattr(kind, name)
    for kind in (dispatcher, dispatcher_with_send, drainer)
    for name in ("readable", "writable")
}
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
    _forget(map)


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
