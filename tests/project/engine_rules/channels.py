"""dispatcher: what it is made of, its attributes through its life, and how it shows itself."""

import enum
import errno
import inspect
import os
import re
import socket
import tempfile
from typing import Any

from .lab import ANY_PORT, HOST, Lab, compat, everything, raised, readable


def state(channel: Any) -> dict[str, Any]:
    names = ("connected", "accepting", "connecting", "closing")
    return {"on": [name for name in names if getattr(channel, name)], "addr": bool(channel.addr)}


PLAIN = {"on": [], "addr": False}

PUBLIC = [
    "ExitNow", "close_all", "compact_traceback", "dispatcher", "dispatcher_with_send",
    "file_dispatcher", "file_wrapper", "loop", "poll", "poll2", "poll3", "read", "readwrite",
    "socket_map", "write",
]  # fmt: skip


@compat("the public names, and the two that CPython's own suite calls", [])
def public_names(lab: Lab) -> Any:
    names = [*PUBLIC, "_exception", "_strerror"]
    return [name for name in names if not hasattr(lab.asyncore, name)]


SIGNATURES = {
    "read": "(obj)",
    "write": "(obj)",
    "_exception": "(obj)",
    "readwrite": "(obj, flags)",
    "poll": "(timeout=0.0, map=None)",
    "poll2": "(timeout=0.0, map=None)",
    "poll3": "(timeout=0.0, map=None)",
    "loop": "(timeout=30.0, use_poll=False, map=None, count=None)",
    "compact_traceback": "()",
    "close_all": "(map=None, ignore_all=False)",
    "dispatcher.__init__": "(self, sock=None, map=None)",
    "dispatcher.add_channel": "(self, map=None)",
    "dispatcher.del_channel": "(self, map=None)",
    "dispatcher.create_socket": "(self, family=2, type=1)",
    "dispatcher.set_socket": "(self, sock, map=None)",
    "dispatcher.set_reuse_addr": "(self)",
    "dispatcher.readable": "(self)",
    "dispatcher.writable": "(self)",
    "dispatcher.listen": "(self, num)",
    "dispatcher.bind": "(self, addr)",
    "dispatcher.connect": "(self, address)",
    "dispatcher.accept": "(self)",
    "dispatcher.send": "(self, data)",
    "dispatcher.recv": "(self, buffer_size)",
    "dispatcher.close": "(self)",
    "dispatcher.log": "(self, message)",
    "dispatcher.log_info": "(self, message, type='info')",
    "dispatcher.handle_read_event": "(self)",
    "dispatcher.handle_connect_event": "(self)",
    "dispatcher.handle_write_event": "(self)",
    "dispatcher.handle_expt_event": "(self)",
    "dispatcher.handle_error": "(self)",
    "dispatcher.handle_expt": "(self)",
    "dispatcher.handle_read": "(self)",
    "dispatcher.handle_write": "(self)",
    "dispatcher.handle_connect": "(self)",
    "dispatcher.handle_accept": "(self)",
    "dispatcher.handle_accepted": "(self, sock, addr)",
    "dispatcher.handle_close": "(self)",
    "dispatcher_with_send.__init__": "(self, sock=None, map=None)",
    "dispatcher_with_send.initiate_send": "(self)",
    "dispatcher_with_send.handle_write": "(self)",
    "dispatcher_with_send.writable": "(self)",
    "dispatcher_with_send.send": "(self, data)",
    "file_wrapper.__init__": "(self, fd)",
    "file_wrapper.recv": "(self, *args)",
    "file_wrapper.send": "(self, *args)",
    "file_wrapper.read": "(self, *args)",
    "file_wrapper.write": "(self, *args)",
    "file_wrapper.getsockopt": "(self, level, optname, buflen=None)",
    "file_wrapper.close": "(self)",
    "file_wrapper.fileno": "(self)",
    "file_dispatcher.__init__": "(self, fd, map=None)",
    "file_dispatcher.set_file": "(self, fd)",
}


@compat("the signatures: names of parameters, their order, their defaults", {})
def signatures(lab: Lab) -> Any:
    seen = {}
    for name, wanted in SIGNATURES.items():
        found: Any = lab.asyncore
        for part in name.split("."):
            found = getattr(found, part)
        signature = inspect.signature(found)
        bare = []
        for one in signature.parameters.values():
            number = isinstance(one.default, enum.IntEnum)  # AF_INET and its like
            default = int(one.default) if number else one.default
            bare.append(one.replace(annotation=one.empty, default=default))
        if (text := str(inspect.Signature(bare))) != wanted:
            seen[name] = f"{text}, not {wanted}"
    return seen


@compat("who is a kind of whom", [True, True, True, True, True])
def kinds(lab: Lab) -> Any:
    a = lab.asyncore
    return [
        issubclass(a.dispatcher_with_send, a.dispatcher),
        issubclass(a.file_dispatcher, a.dispatcher),
        a.poll3 is a.poll2,
        a.file_wrapper.read is a.file_wrapper.recv,
        a.file_wrapper.write is a.file_wrapper.send,
    ]


@compat(
    "what a class has before anything happened",
    {
        "debug": False, "connected": False, "accepting": False, "connecting": False,
        "closing": False, "addr": None, "ignore_log_types": ["frozenset", ["warning"]],
    },
)  # fmt: skip
def class_attributes(lab: Lab) -> Any:
    kind = lab.asyncore.dispatcher
    names = ("debug", "connected", "accepting", "connecting", "closing", "addr")
    ignored = kind.ignore_log_types
    last = {"ignore_log_types": [type(ignored).__name__, sorted(ignored)]}
    return {name: getattr(kind, name) for name in names} | last


@compat(
    "a channel without a socket is in no map",
    {"socket": None, "_fileno": None, "in a map": 0, "state": PLAIN, "readable": True},
)
def without_a_socket(lab: Lab) -> Any:
    channel = lab.asyncore.dispatcher()
    return {
        "socket": channel.socket,
        "_fileno": channel._fileno,
        "in a map": len(lab.asyncore.socket_map),
        "state": state(channel),
        "readable": bool(channel.readable()),
    }


@compat("an unconnected channel answers True to both predicates", [True, True])
def first_answers(lab: Lab) -> Any:
    channel = lab.asyncore.dispatcher()
    return [channel.readable(), channel.writable()]


@compat(
    "a connected socket makes a connected channel that does not block",
    {"socket": True, "fileno": True, "in the map": True, "blocks": False, "addr": True,
     "state": {"on": ["connected"], "addr": True}},
)  # fmt: skip
def with_a_connected_socket(lab: Lab) -> Any:
    near, _far = lab.tcp()
    channel = lab.asyncore.dispatcher(near)
    return {
        "socket": channel.socket is near,
        "fileno": channel._fileno == near.fileno(),
        "in the map": lab.asyncore.socket_map == {near.fileno(): channel},
        "blocks": near.getblocking(),
        "addr": channel.addr == near.getpeername(),
        "state": state(channel),
    }


@compat("a socket that nobody is connected to makes an unconnected channel", [PLAIN, 1])
def with_an_unconnected_socket(lab: Lab) -> Any:
    channel = lab.asyncore.dispatcher(socket.socket())
    return [state(channel), len(lab.asyncore.socket_map)]


class Fake:
    """A socket that fails as told, with the descriptor of a real one."""

    def __init__(self, real: socket.socket, **failing: BaseException) -> None:
        self.real, self.failing = real, failing

    def __getattr__(self, name: str) -> Any:
        if name in self.failing:

            def fail(*args: Any) -> None:
                raise self.failing[name]

            return fail
        return getattr(self.real, name)


@compat(
    "a socket that cannot tell its peer for another reason is refused, and left in no map",
    {"ENOTCONN": ["none", 1], "EINVAL": ["none", 1], "EIO": ["OSError", 0]},
)
def with_a_broken_socket(lab: Lab) -> Any:
    seen = {}
    for name in ("ENOTCONN", "EINVAL", "EIO"):
        lab.asyncore.socket_map.clear()
        fake = Fake(lab.tcp()[0], getpeername=OSError(getattr(errno, name), name))
        seen[name] = [raised(lab.asyncore.dispatcher, fake), len(lab.asyncore.socket_map)]
    return seen


@compat(
    "create_socket makes a socket that neither blocks nor is inherited, and enters the map",
    {
        "()": ["AF_INET", "SOCK_STREAM", False, False, True, True],
        "unix": ["AF_UNIX", "SOCK_STREAM", False, False, True, True],
        "udp": ["AF_INET", "SOCK_DGRAM", False, False, True, True],
    },
)
def create_socket(lab: Lab) -> Any:
    seen = {}
    kinds: dict[str, tuple[Any, ...]] = {
        "()": (),
        "unix": (socket.AF_UNIX, socket.SOCK_STREAM),
        "udp": (socket.AF_INET, socket.SOCK_DGRAM),
    }
    for name, args in kinds.items():
        channel = lab.asyncore.dispatcher()
        channel.create_socket(*args)
        made = channel.socket
        wanted = args or (socket.AF_INET, socket.SOCK_STREAM)
        seen[name] = [
            made.family.name,
            made.type.name,
            made.getblocking(),
            made.get_inheritable(),
            channel.family_and_type == wanted,
            lab.asyncore.socket_map.get(channel._fileno) is channel,
        ]
    return seen


@compat("create_socket and its state: nothing but a descriptor", PLAIN)
def created_is_nothing_yet(lab: Lab) -> Any:
    channel = lab.asyncore.dispatcher()
    channel.create_socket()
    return state(channel)


@compat("create_socket enters the map that the channel was made with", [0, 1])
def create_socket_in_another_map(lab: Lab) -> Any:
    channels: dict[int, Any] = {}
    lab.asyncore.dispatcher(map=channels).create_socket()
    return [len(lab.asyncore.socket_map), len(channels)]


@compat("set_socket enters the channel's map, or the one given", [[True, False], [True, True]])
def set_socket(lab: Lab) -> Any:
    near, _far = lab.tcp()
    own: dict[int, Any] = {}
    other: dict[int, Any] = {}
    channel = lab.asyncore.dispatcher(map=own)
    channel.set_socket(near)
    first = [near.fileno() in own, near.fileno() in other]
    channel.set_socket(near, other)
    return [first, [near.fileno() in own, near.fileno() in other]]


@compat("set_socket connects nothing and leaves the rest alone", [True, True, PLAIN, True])
def set_socket_alone(lab: Lab) -> Any:
    near, _far = lab.tcp()
    channel = lab.asyncore.dispatcher()
    channel.set_socket(near)
    blocks = near.getblocking()
    return [channel.socket is near, channel._fileno == near.fileno(), state(channel), blocks]


@compat(
    "add_channel and del_channel of a second map; out of one, the number is forgotten",
    {"added": [True, True], "deleted": [True, False], "_fileno": None},
)
def a_channel_in_two_maps(lab: Lab) -> Any:
    near, _far = lab.tcp()
    own: dict[int, Any] = {}
    other: dict[int, Any] = {}
    channel = lab.asyncore.dispatcher(near, own)
    fd = near.fileno()
    channel.add_channel(other)
    added = [fd in own, fd in other]
    channel.del_channel(other)
    return {"added": added, "deleted": [fd in own, fd in other], "_fileno": channel._fileno}


@compat("a channel that is taken out of its map is called no more, put back it is", [[], ["read"]])
def out_and_in_again(lab: Lab) -> Any:
    near, far = lab.tcp()
    channel = lab.quiet()(near)
    far.send(b"x")
    readable(near)
    channel.del_channel()
    lab.rounds(2)
    before = lab.log[:]
    channel.set_socket(near)
    lab.round()
    return [before, lab.log]


@compat("del_channel twice does no harm, without a socket neither", ["none", "none", None])
def del_channel_twice(lab: Lab) -> Any:
    near, _far = lab.tcp()
    channel = lab.asyncore.dispatcher(near)
    channel.del_channel()
    again = raised(channel.del_channel)
    return [again, raised(lab.asyncore.dispatcher().del_channel), channel._fileno]


@compat(
    "close() resets the state, leaves the map, closes the socket; the address stays",
    {"state": {"on": [], "addr": True}, "map": 0, "_fileno": None, "fd": -1, "again": "none"},
)
def close(lab: Lab) -> Any:
    near, _far = lab.tcp()
    channel = lab.asyncore.dispatcher(near)
    channel.close()
    return {
        "state": state(channel),
        "map": len(lab.asyncore.socket_map),
        "_fileno": channel._fileno,
        "fd": near.fileno(),
        "again": raised(channel.close),
    }


@compat("close() calls no handler, and the peer sees the end", [[], "b''"])
def close_is_silent(lab: Lab) -> Any:
    near, far = lab.tcp()
    channel = lab.teller()(near)
    channel.close()
    return [lab.log, str(everything(far))]


@compat("close() of a channel that never had a socket", "none")
def close_without_a_socket(lab: Lab) -> Any:
    return raised(lab.asyncore.dispatcher().close)


@compat(
    "close() passes over ENOTCONN and EBADF of the socket, and over nothing else",
    {"ENOTCONN": ["none", 0], "EBADF": ["none", 0], "EIO": ["OSError", 0]},
)
def close_and_errors(lab: Lab) -> Any:
    seen = {}
    for name in ("ENOTCONN", "EBADF", "EIO"):
        fake = Fake(lab.tcp()[0], close=OSError(getattr(errno, name), name))
        channel = lab.asyncore.dispatcher(fake)
        seen[name] = [raised(channel.close), len(lab.asyncore.socket_map)]
    return seen


@compat(
    "the life of a server: who it is, while it listens and when it is closed",
    {
        "made": PLAIN,
        "bound": {"on": [], "addr": True},
        "listens": {"on": ["accepting"], "addr": True},
        "after a client": {"on": ["accepting"], "addr": True},
        "the client's": {"on": ["connected"], "addr": True},
        "closed": {"on": [], "addr": True},
    },
)
def life_of_a_server(lab: Lab) -> Any:
    channels: list[Any] = []

    class Server(lab.asyncore.dispatcher):
        def handle_accepted(self, sock: Any, addr: Any) -> None:
            channels.append(lab.asyncore.dispatcher(sock))

    server = Server()
    server.create_socket()
    seen = {"made": state(server)}
    server.bind(ANY_PORT)
    seen["bound"] = state(server)
    server.listen(5)
    seen["listens"] = state(server)
    lab.caller(server)
    lab.round()
    seen["after a client"] = state(server)
    seen["the client's"] = state(channels[0])
    server.close()
    return seen | {"closed": state(server)}


@compat(
    "the life of a client: connecting, connected, closed",
    {
        "connecting": {"on": ["connecting"], "addr": True},
        "connected": {"on": ["connected"], "addr": True},
        "closed": {"on": [], "addr": True},
    },
)
def life_of_a_client(lab: Lab) -> Any:
    seen: dict[str, Any] = {}

    class Client(lab.asyncore.dispatcher):
        def handle_connect(self) -> None:
            lab.log.append("connect")

    with socket.create_server(ANY_PORT) as server:
        client = Client()
        client.create_socket()
        client.connect(server.getsockname())
        seen["connecting"] = state(client)
        lab.until(lambda: lab.log)
        seen["connected"] = state(client)
        client.close()
        return seen | {"closed": state(client)}


def shown(channel: Any) -> str:
    """A repr without what differs from run to run."""
    at = f"at {id(channel):#x}>"
    return re.sub(rf"{HOST}:\d+", "HOST:PORT", repr(channel).replace(at, "at ID>"))


@compat(
    "repr() in every state",
    {
        "new": "<asyncore.dispatcher at ID>",
        "buffered": "<asyncore.dispatcher_with_send at ID>",
        "made": "<asyncore.dispatcher at ID>",
        "bound": "<asyncore.dispatcher HOST:0 at ID>",
        "listens": "<asyncore.dispatcher listening HOST:0 at ID>",
        "connected": "<asyncore.dispatcher connected HOST:PORT at ID>",
        "closed": "<asyncore.dispatcher HOST:PORT at ID>",
        "unix": "<asyncore.dispatcher connected '' at ID>",
        "ipv6": "<asyncore.dispatcher ('::1', 80, 0, 0) at ID>",
        "accepting, no address": "<asyncore.dispatcher connected at ID>",
        "nested": "<engine_rules.channels.representations.<locals>.Mine at ID>",
    },
)
def representations(lab: Lab) -> Any:
    class Mine(lab.asyncore.dispatcher):
        pass

    kind = lab.asyncore.dispatcher
    server = kind()
    buffered = lab.asyncore.dispatcher_with_send()
    seen = {"new": shown(server), "buffered": shown(buffered)}
    server.create_socket()
    seen["made"] = shown(server)
    server.bind(ANY_PORT)
    seen["bound"] = shown(server).replace(":PORT", ":0")
    server.listen(1)
    seen["listens"] = shown(server).replace(":PORT", ":0")
    client = kind(lab.tcp()[0])
    seen["connected"] = shown(client)
    client.close()
    seen["closed"] = shown(client)
    seen["unix"] = shown(kind(lab.unix()[0]))
    other = kind()
    other.addr = ("::1", 80, 0, 0)
    seen["ipv6"] = shown(other)
    other.addr, other.accepting, other.connected = None, True, True
    seen["accepting, no address"] = shown(other)
    return seen | {"nested": shown(Mine())}


@compat(
    "a channel has no attributes of its socket",
    ["AttributeError: 'Mine' object has no attribute 'getsockname'", False],
)
def attributes_of_the_socket(lab: Lab) -> Any:
    class Mine(lab.asyncore.dispatcher):
        pass

    channel = Mine(lab.tcp()[0])
    try:
        channel.getsockname()
    except AttributeError as error:
        return [f"AttributeError: {error}", hasattr(channel, "fileno")]
    return "no AttributeError"


@compat("set_reuse_addr sets SO_REUSEADDR, and no error of it matters", [0, True, "none"])
def set_reuse_addr(lab: Lab) -> Any:
    channel = lab.asyncore.dispatcher()
    channel.create_socket()
    name = (socket.SOL_SOCKET, socket.SO_REUSEADDR)
    before = channel.socket.getsockopt(*name)
    channel.set_reuse_addr()
    after = bool(channel.socket.getsockopt(*name))
    channel.socket.close()
    return [before, after, raised(channel.set_reuse_addr)]


@compat(
    "bind() keeps the address as given, even of a failure; bind and listen return nothing",
    {"bind": None, "addr": True, "listen": None, "taken": ["OSError", True]},
)
def bind_and_listen(lab: Lab) -> Any:
    first, second = lab.asyncore.dispatcher(), lab.asyncore.dispatcher()
    first.create_socket()
    second.create_socket()
    bound = first.bind(ANY_PORT)
    listens = first.listen(5)
    taken = first.socket.getsockname()
    failed = raised(second.bind, taken)
    return {
        "bind": bound,
        "addr": first.addr == ANY_PORT,
        "listen": listens,
        "taken": [failed, second.addr == taken],
    }


@compat("a listening channel that cannot listen tells so", ["OSError", True])
def listen_fails(lab: Lab) -> Any:
    channel = lab.asyncore.dispatcher(lab.tcp()[0])
    return [raised(channel.listen, 1), channel.accepting]


@compat(
    "listen() hands on how many may wait, bind() and connect() the address", [7, "here", "there"]
)
def arguments_of_the_socket(lab: Lab) -> Any:
    class Hears:
        def __getattr__(self, name: str) -> Any:
            return lambda *args: lab.log.extend(args) or errno.EINPROGRESS

    channel = lab.asyncore.dispatcher(map={})
    channel.socket = Hears()
    channel.listen(7)
    channel.bind("here")
    channel.connect("there")
    return lab.log


@compat("AF_UNIX by name: bind, listen, accept, connect, and the addresses", ["''", True, True])
def unix_by_name(lab: Lab) -> Any:
    accepted: list[Any] = []

    class Server(lab.asyncore.dispatcher):
        def handle_accepted(self, sock: Any, addr: Any) -> None:
            accepted.extend((sock, addr))

    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "socket")
        server = Server()
        server.create_socket(socket.AF_UNIX)
        server.bind(path)
        server.listen(1)
        client = lab.asyncore.dispatcher()
        client.create_socket(socket.AF_UNIX)
        client.connect(path)
        lab.until(lambda: accepted)
        return [repr(accepted[1]), client.addr == path, client.connected]


@compat(
    "the strings of errors, of those too that no system has",
    ["Operation not permitted", True, f"Unknown error {1 << 70}"],
)
def strerror(lab: Lab) -> Any:
    name = lab.asyncore._strerror
    return [name(errno.EPERM), bool(name(-1)), name(1 << 70)]
