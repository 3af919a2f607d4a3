"""What an engine that keeps its interest in the kernel could forget, and asyncore never does.

asyncore asks every channel before every wait and hands the kernel a fresh list; whoever does less
must still show the same. Every rule here holds on the real module and on both engines.
"""

import os
import select
import signal
import socket
import tempfile
import time
from collections.abc import Callable
from typing import Any

from .better import fill
from .lab import ANY_PORT, Lab, better, compat, everything, readable

LOAD = bytes(range(256)) * (1 << 12)  # 1 MiB


def forwarder(lab: Lab, read_size: int = 65536) -> Any:
    """A port forwarder whose halves look at each other: what the one may write and whether it may
    read is in the other's hands. Nobody announces anything."""

    class Half(lab.asyncore.dispatcher):
        other: Any = None
        limit = 256 * 1024

        def __init__(self, sock: Any = None, map: Any = None) -> None:
            super().__init__(sock, map)
            self.got = b""

        def readable(self) -> bool:
            return len(self.got) < self.limit

        def writable(self) -> bool:
            return not self.connected or bool(self.other.got)  # not mine: my partner's

        def handle_connect(self) -> None:
            pass

        def handle_read(self) -> None:
            self.got += self.recv(read_size)

        def handle_write(self) -> None:
            sent = self.send(self.other.got)
            self.other.got = self.other.got[sent:]

        def handle_close(self) -> None:
            lab.log.append("close")
            self.close()

    return Half


def through(
    lab: Lab, left: socket.socket, right: socket.socket, data: bytes, before: bytes = b""
) -> bool:
    """Bytes into one end of a forwarder, while somebody reads at the other one: do all arrive,
    behind those that are under way already?"""
    left.setblocking(False)
    right.setblocking(False)
    got, sent = bytearray(), 0

    def pump() -> bool:
        nonlocal sent
        try:
            while sent < len(data):
                sent += left.send(data[sent : sent + 65536])
        except BlockingIOError:
            pass
        try:
            while True:
                got.extend(right.recv(1 << 20))
        except BlockingIOError:
            pass
        return len(got) >= len(before + data)

    lab.until(pump)
    return got == before + data


@compat(
    "a writable() that looks at another channel's buffer: the forwarder does not stall", [True] * 3
)
def foreign_predicates(lab: Lab) -> Any:
    half = forwarder(lab)
    near, left = lab.unix()
    there, right = lab.unix()
    one, two = half(near), half(there)
    one.other, two.other = two, one
    lab.rounds(3)  # both have been idle: whatever is remembered of them is remembered now
    forth = through(lab, left, right, LOAD)
    back = through(lab, right, left, LOAD[::-1])
    single = through(lab, left, right, b"!")
    return [forth, back, single]


@compat("the same where the second half connects by itself", True)
def a_foreign_predicate_while_connecting(lab: Lab) -> Any:
    half = forwarder(lab)
    with socket.create_server(ANY_PORT) as server:
        near, left = lab.unix()
        one, two = half(near), half()
        one.other, two.other = two, one
        left.send(b"early")
        two.create_socket()
        two.connect(server.getsockname())
        right = server.accept()[0]
        lab.kept.append(right)
        readable(near)
        return through(lab, left, right, LOAD, b"early")


@compat("a readable() in another channel's hands: the valve shuts and opens again", [True, True])
def a_foreign_valve(lab: Lab) -> Any:
    class Source(lab.quiet()):
        def readable(self) -> bool:
            return bool(sink.open)

        def handle_read(self) -> None:
            lab.log.append(self.recv(1).decode())

    class Sink(lab.quiet()):
        open = False

        def handle_read(self) -> None:
            self.open = self.recv(1) == b"+"

    near, far = lab.tcp()
    there, right = lab.tcp()
    sink = Sink(there)
    Source(near)
    far.send(b"abc")
    readable(near)
    lab.rounds(3)
    shut = lab.log == []
    right.send(b"+")
    lab.until(lambda: lab.log)
    right.send(b"-")
    readable(there)
    lab.until(lambda: not sink.open)
    before = len(lab.log)
    lab.rounds(3)
    return [shut, len(lab.log) == before]


@compat(
    "predicates set on an instance in the loop are asked like those of the class",
    ["write", 2],
    "在循环中途给实例换上的 readable/writable，也会被询问",
)
def predicates_of_an_instance(lab: Lab) -> Any:
    near, far = lab.tcp()
    channel = lab.asyncore.dispatcher_with_send(near)
    lab.rounds(2)
    asked = [0]

    def writable() -> bool:
        asked[0] += 1
        return asked[0] == 2

    channel.writable = writable
    channel.handle_write = lambda: lab.log.append("write")
    lab.rounds(2)
    return [*lab.log, asked[0]]


@compat(
    "a handle_write set on an instance in the loop is called",
    ["write"],
    "在循环中途给实例装上的 handle_write，会被调用",
)
def a_handler_of_an_instance(lab: Lab) -> Any:
    near, _far = lab.tcp()
    channel = lab.asyncore.dispatcher(near)
    lab.rounds(2)
    channel.handle_write = lambda: lab.log.append("write")
    lab.round()
    return lab.log


@compat(
    "a predicate that touches its own buffer does not make the loop spin",
    True,
    "writable() 里动了自己的缓冲区，循环也不空转",
)
def a_predicate_that_touches_its_buffer(lab: Lab) -> Any:
    class Queued(lab.quiet_with_send()):
        def writable(self) -> bool:
            self.out_buffer = b"".join([])
            return bool(self.out_buffer)

    Queued(lab.tcp()[0])
    lab.rounds(2)
    begin = time.monotonic()
    lab.round(timeout=0.1)
    return time.monotonic() - begin >= 0.099


@compat(
    "a predicate that is changed on the class counts from the next round on",
    ["read"],
    "类上的 readable/writable 改了，下一轮就算数",
)
def predicates_changed_on_the_class(lab: Lab) -> Any:
    kind = lab.quiet_with_send()
    near, far = lab.tcp()
    kind(near)
    lab.rounds(2)
    far.send(b"x")
    readable(near)
    kind.readable = lambda channel: False
    lab.rounds(2)
    del kind.readable
    lab.round()
    return lab.log


@compat(
    "an entry put into the map by hand takes part, one taken out does not", [["read"], ["read"]]
)
def a_map_edited_by_hand(lab: Lab) -> Any:
    channels: dict[int, Any] = {}
    other: dict[int, Any] = {}
    idle, _far = lab.tcp()
    lab.quiet_with_send()(idle, channels)
    near, far = lab.tcp()
    channel = lab.quiet_with_send()(near, other)
    lab.rounds(2, channels)
    far.send(b"x")
    readable(near)
    channels[near.fileno()] = channel
    lab.round(channels)
    first = lab.log[:]
    del channels[near.fileno()]
    lab.rounds(2, channels)
    return [first, lab.log]


@compat(
    "an entry of the map may be exchanged for another channel",
    ["read", "write"],
    "字典里的一项可以直接换成另一个通道",
)
def an_entry_exchanged(lab: Lab) -> Any:
    near, far = lab.tcp()
    channels: dict[int, Any] = {}
    lab.quiet_with_send()(near, channels)
    lab.rounds(2, channels)
    channels[near.fileno()] = lab.teller()(near, {})
    lab.round(channels)
    lab.log.clear()
    far.send(b"x")
    readable(near)
    lab.round(channels)
    return lab.log


@compat(
    "one entry taken out of the map and another one put in by hand: the new one is heard",
    ["read"],
    "手工从字典里取出一项、再放进另一项：新的那一项听得到事件",
)
def a_map_swapped_by_hand(lab: Lab) -> Any:
    channels: dict[int, Any] = {}
    near, _far = lab.tcp()
    there, far = lab.tcp()
    lab.quiet_with_send()(near, channels)
    new = lab.quiet_with_send()(there, {})
    lab.rounds(2, channels)
    del channels[near.fileno()]
    channels[there.fileno()] = new
    far.send(b"x")
    readable(there)
    lab.round(channels)
    return lab.log


@compat("a map that is cleared and filled again", [[], ["read"]])
def a_map_cleared_and_filled(lab: Lab) -> Any:
    near, far = lab.tcp()
    idle, _far = lab.tcp()
    channel, other = lab.quiet_with_send()(near), lab.quiet_with_send()(idle)
    lab.rounds(2)
    kept = dict(lab.asyncore.socket_map)
    lab.asyncore.socket_map.clear()
    other.add_channel()
    far.send(b"x")
    readable(near)
    lab.rounds(2)
    before = lab.log[:]
    lab.asyncore.socket_map.update(kept)
    lab.round()
    return [before, lab.log] if channel else []


@compat("a map that is another kind of mapping, with the same entries", ["read"])
def a_map_of_another_class(lab: Lab) -> Any:
    class Map(dict):  # type: ignore[type-arg]
        pass

    near, far = lab.tcp()
    channels = Map()
    lab.quiet()(near, channels)
    far.send(b"x")
    readable(near)
    lab.round(Map(channels))
    return lab.log


@compat("bytes owed by another channel's handler are sent", ["b'from the other'"])
def sent_from_another_handler(lab: Lab) -> Any:
    near, far = lab.tcp()
    there, right = lab.tcp()
    second = lab.quiet_with_send()(there)

    class First(lab.quiet()):
        def handle_read(self) -> None:
            self.recv(9)
            second.out_buffer += b"from the other"  # send() would try at once: this does not

    First(near)
    lab.rounds(3)
    far.send(b"x")
    lab.until(lambda: select.select([right], [], [], 0)[0])
    return [str(right.recv(99))]


@compat("a big send of another channel's handler is finished by the loop", True)
def a_big_send_from_another_handler(lab: Lab) -> Any:
    near, far = lab.tcp()
    there, right = lab.unix()
    second = lab.quiet_with_send()(there)

    class First(lab.quiet()):
        def handle_read(self) -> None:
            self.recv(9)
            second.send(LOAD)

    First(near)
    lab.rounds(3)
    far.send(b"x")
    right.setblocking(False)
    got = bytearray()

    def read() -> bool:
        try:
            while True:
                got.extend(right.recv(1 << 20))
        except BlockingIOError:
            return len(got) >= len(LOAD)

    lab.until(read)
    return got == LOAD


@compat("a channel that listens after it was in the loop", ["accept"])
def listens_later(lab: Lab) -> Any:
    server = lab.teller()()
    server.writable = lambda: False
    server.create_socket()
    server.bind(ANY_PORT)
    server.readable = lambda: server.accepting
    lab.rounds(2)
    server.listen(5)
    lab.caller(server)
    lab.round()
    return lab.log


@compat("a number that is closed and opened again in the same map: the new one is heard", ["new"])
def a_number_opened_again(lab: Lab) -> Any:
    class New(lab.quiet()):
        def handle_read(self) -> None:
            lab.log.append("new")

    near, _far = lab.tcp()
    old = lab.quiet()(near)
    lab.rounds(2)
    number = near.fileno()
    old.close()
    spare, far = lab.tcp()
    os.dup2(spare.fileno(), number)
    New(socket.socket(fileno=number))
    far.send(b"x")
    readable(spare)
    lab.round()
    return lab.log


@compat("the same, closed behind the old channel's back, which never knew", ["new"])
def a_number_reused_behind_its_back(lab: Lab) -> Any:
    class New(lab.quiet()):
        def handle_read(self) -> None:
            lab.log.append("new")

    near, _far = lab.tcp()
    lab.quiet()(near)
    lab.rounds(2)
    number = near.fileno()
    near.close()
    spare, far = lab.tcp()
    os.dup2(spare.fileno(), number)
    New(socket.socket(fileno=number))  # takes the old one's entry in the map
    far.send(b"x")
    readable(spare)
    lab.round()
    return lab.log


@compat(
    "a socket closed behind its channel's back, while a duplicate of it lives: whoever gets its"
    " number hears nothing of it",
    [[], ["new"]],
    "背着通道关掉套接字，而它还有一个副本开着：后来用这个号码的通道，听不到它的事件",
)
def a_duplicate_behind_its_back(lab: Lab) -> Any:
    class New(lab.quiet()):
        def handle_read(self) -> None:
            lab.log.append("new")

    near, far = lab.tcp()
    lab.quiet()(near)
    lab.rounds(2)
    lab.kept.append(near.dup())
    number = near.fileno()
    near.close()
    spare, other = lab.tcp()
    os.dup2(spare.fileno(), number)
    New(socket.socket(fileno=number))
    far.send(b"for the duplicate")
    readable(lab.kept[-3])
    lab.rounds(2)
    first = lab.log[:]
    other.send(b"x")
    readable(spare)
    lab.round()
    return [first, lab.log]


@compat(
    "a descriptor put over another one by dup2: the channel hears the new file",
    ["b'new'"],
    "用 dup2 换掉通道底下的描述符：通道听得到新的文件",
)
def dup2_under_a_channel(lab: Lab) -> Any:
    class Reads(lab.quiet_with_send()):
        def handle_read(self) -> None:
            lab.log.append(str(self.recv(9)))

    near, _far = lab.tcp()
    Reads(near)
    lab.rounds(2)
    spare, far = lab.tcp()
    os.dup2(spare.fileno(), near.fileno())
    far.send(b"new")
    readable(spare)
    lab.round()
    return lab.log


@compat("a number that moves from one map to another", [[], ["new"]])
def a_number_in_another_map(lab: Lab) -> Any:
    class New(lab.quiet()):
        def handle_read(self) -> None:
            lab.log.append("new")

    maps: list[dict[int, Any]] = [{}, {}]
    stays, _far = lab.tcp()
    lab.quiet()(stays, maps[0])
    near, _far = lab.tcp()
    old = lab.quiet()(near, maps[0])
    lab.rounds(2, maps[0])
    number = near.fileno()
    old.close()
    spare, far = lab.tcp()
    os.dup2(spare.fileno(), number)
    New(socket.socket(fileno=number), maps[1])
    far.send(b"x")
    readable(spare)
    lab.rounds(2, maps[0])
    first = lab.log[:]
    lab.round(maps[1])
    return [first, lab.log]


@compat("one channel in two maps is heard in both", ["read", "read"])
def one_channel_two_maps(lab: Lab) -> Any:
    near, far = lab.tcp()
    maps: list[dict[int, Any]] = [{}, {}]
    channel = lab.quiet()(near, maps[0])
    channel.add_channel(maps[1])
    lab.rounds(1, maps[0])
    lab.rounds(1, maps[1])
    far.send(b"x")
    readable(near)
    for channels in maps:
        lab.round(channels)
    return lab.log


@compat(
    "a duplicate of a closed channel's socket, still open elsewhere, disturbs nobody", [[], ["new"]]
)
def a_duplicate_elsewhere(lab: Lab) -> Any:
    class New(lab.quiet()):
        def handle_read(self) -> None:
            lab.log.append("new")

    near, far = lab.tcp()
    old = lab.quiet()(near)
    lab.rounds(2)
    lab.kept.append(near.dup())
    number = near.fileno()
    old.close()
    spare, other = lab.tcp()
    os.dup2(spare.fileno(), number)
    New(socket.socket(fileno=number))
    far.send(b"for the duplicate")
    lab.rounds(2)
    first = lab.log[:]
    other.send(b"x")
    readable(spare)
    lab.round()
    return [first, lab.log]


@compat("two channels on duplicates of one socket are both heard", ["A", "B"])
def two_duplicates(lab: Lab) -> Any:
    class Named(lab.quiet()):
        def handle_read(self) -> None:
            lab.log.append(self.name)

    near, far = lab.tcp()
    for name, sock in (("A", near), ("B", near.dup())):
        Named(sock).name = name
    far.send(b"x")
    readable(near)
    lab.round()
    return sorted(lab.log)


@compat("two channels on duplicates: the one is closed, the other hears on", ["B"])
def one_of_two_duplicates(lab: Lab) -> Any:
    class Named(lab.quiet()):
        def handle_read(self) -> None:
            lab.log.append(self.name)

    near, far = lab.tcp()
    first, second = Named(near), Named(near.dup())
    first.name, second.name = "A", "B"
    lab.rounds(2)
    first.close()
    far.send(b"x")
    readable(second.socket)
    lab.round()
    return lab.log


def in_a_child(run: Callable[[], object]) -> int:
    """The number of a child process that does this, and ends with status 0 if it came true."""
    if child := os.fork():
        return child
    try:
        signal.alarm(30)
        os._exit(not run())
    finally:
        os._exit(2)


@compat("a child process may close its copy of everything: the parent hears on", ["read", 0])
def a_fork_that_closes(lab: Lab) -> Any:
    def close() -> bool:
        lab.asyncore.close_all()
        return True

    near, far = lab.tcp()
    lab.quiet()(near)
    lab.rounds(2)
    status = os.waitpid(in_a_child(close), 0)[1]
    far.send(b"x")
    readable(near)
    lab.round()
    return [*lab.log, status]


@compat("a child process may go on with the loop: it hears, and the parent hears on", ["read", 0])
def a_fork_that_loops(lab: Lab) -> Any:
    def loop() -> bool:
        lab.round()
        heard = lab.log == ["read"]
        spare, other = lab.tcp()  # a channel of the child's own
        lab.quiet()(spare)
        other.send(b"x")
        readable(spare)
        lab.round()
        lab.asyncore.close_all()
        return heard and lab.log.count("read") == 3

    near, far = lab.tcp()
    lab.quiet()(near)
    lab.rounds(2)
    far.send(b"x")
    readable(near)
    status = os.waitpid(in_a_child(loop), 0)[1]
    lab.rounds(1)
    return [*lab.log, status]


@compat("a child's own channels are not heard by the parent", [[], ["read"]])
def a_fork_with_channels_of_its_own(lab: Lab) -> Any:
    inlet, outlet = os.pipe()

    def hear() -> bool:
        spare, other = lab.tcp()
        lab.quiet()(spare)
        lab.rounds(2)
        other.send(b"x")
        readable(spare)
        os.write(outlet, b"x")
        signal.pause()
        return False

    near, far = lab.tcp()
    lab.quiet()(near)
    lab.rounds(2)
    child = in_a_child(hear)
    os.read(inlet, 1)
    lab.rounds(2)
    before = lab.log[:]
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    far.send(b"x")
    readable(near)
    lab.round()
    return [before, lab.log]


@compat("a regular file, closed and another one opened in its place", ["a", "b"])
def two_regular_files(lab: Lab) -> Any:
    class Reads(lab.asyncore.file_dispatcher):
        def writable(self) -> bool:
            return False

        def handle_read(self) -> None:
            lab.log.append(self.recv(1).decode())
            self.close()

    for word in (b"a", b"b"):
        with tempfile.TemporaryFile() as file:
            file.write(word)
            file.flush()
            os.lseek(file.fileno(), 0, os.SEEK_SET)
            Reads(file)
            lab.round(timeout=3600)
    return lab.log


@compat("a regular file that nobody reads at the moment does not wake the loop", [[], ["file"]])
def a_quiet_regular_file(lab: Lab) -> Any:
    class Reads(lab.asyncore.file_dispatcher):
        wants = False

        def readable(self) -> bool:
            return self.wants

        def writable(self) -> bool:
            return False

        def handle_read(self) -> None:
            lab.log.append("file")

    with tempfile.TemporaryFile() as file:
        channel = Reads(file)
        lab.rounds(3)
        before = lab.log[:]
        channel.wants = True
        lab.round(timeout=3600)
        return [before, lab.log]


@compat(
    "maps that are used and dropped leave no descriptor behind",
    0,
    "用过又丢掉的字典，不会留下描述符",
)
def maps_forgotten(lab: Lab) -> Any:
    def opened() -> int:
        return len(os.listdir("/dev/fd"))

    before = opened()
    for _ in range(30):
        near, far = socket.socketpair()
        channels: dict[int, Any] = {}
        channel = lab.quiet()(near, channels)
        lab.round(channels)
        channel.close()
        far.close()
    return opened() - before


@compat(
    "a loop may begin where no descriptor is left",
    ["read"],
    "描述符用尽时，循环也能开始",
)
def begin_without_descriptors(lab: Lab) -> Any:
    near, far = lab.tcp()
    lab.quiet()(near)
    far.send(b"x")
    readable(near)
    fill(64)
    lab.round()
    return lab.log


@compat("channels made before the first round, closed before it", ["read"])
def closed_before_the_first_round(lab: Lab) -> Any:
    ends = [lab.tcp() for _ in range(3)]
    channels = [lab.quiet()(near) for near, _far in ends]
    for channel in channels[1:]:
        channel.close()
    ends[0][1].send(b"x")
    readable(ends[0][0])
    lab.round()
    return lab.log


@compat("a channel whose socket is exchanged by set_socket hears the new one", ["b'new'"])
def a_new_socket(lab: Lab) -> Any:
    class Reads(lab.quiet_with_send()):
        def handle_read(self) -> None:
            lab.log.append(str(self.recv(9)))

    near, _far = lab.tcp()
    spare, far = lab.tcp()
    channel = Reads(near)
    lab.rounds(2)
    channel.del_channel()
    channel.set_socket(spare)
    far.send(b"new")
    readable(spare)
    lab.round()
    return lab.log


@compat("closing and connecting again with the same channel", ["connect", "connect", "b'second'"])
def connect_again_after_close(lab: Lab) -> Any:
    class Client(lab.quiet_with_send()):
        def handle_connect(self) -> None:
            lab.log.append("connect")

        def handle_close(self) -> None:
            self.close()

    with socket.create_server(ANY_PORT) as server:
        client = Client()
        for _ in range(2):
            client.close()
            client.create_socket()
            client.connect(server.getsockname())
            there = server.accept()[0]
            lab.kept.append(there)
            lab.until(lambda: client.connected)
        client.send(b"second")
        client.close()
        return [*lab.log, str(everything(there))]


@compat(
    "state that a handler changes by hand counts from the next round on", [["accept"], ["read"]]
)
def state_changed_by_hand(lab: Lab) -> Any:
    class Reads(lab.teller(lab.asyncore.dispatcher_with_send)):
        def handle_write(self) -> None:
            lab.log.append("write")

    near, far = lab.tcp()
    channel = Reads(near)
    lab.rounds(2)
    far.send(b"x")
    readable(near)
    channel.accepting = True
    lab.round()
    first = lab.log[:]
    lab.log.clear()
    channel.accepting = False
    lab.round()
    return [first, lab.log]


@compat(
    "an unconnected dispatcher_with_send wants to write; connected by hand it does not",
    ["write", "x"],
)
def connected_by_hand(lab: Lab) -> Any:
    class Tells(lab.asyncore.dispatcher_with_send):
        def handle_write(self) -> None:
            lab.log.append("write")

        def handle_read(self) -> None:
            lab.log.append(self.recv(9).decode())

    near, far = lab.tcp()
    channel = Tells()
    channel.set_socket(near)
    near.setblocking(False)
    lab.round()
    channel.connected = True
    lab.rounds(2)
    far.send(b"x")
    readable(near)
    lab.round()
    return lab.log


@compat("three hundred channels, each heard once in its turn", [300, 300])
def many_channels(lab: Lab) -> Any:
    class Reads(lab.quiet()):
        def handle_read(self) -> None:
            lab.log.append(self.recv(9))

    ends = [lab.unix() for _ in range(300)]
    for near, _far in ends:
        Reads(near)
    lab.round()
    for _near, far in ends:
        far.send(b"x")
    lab.until(lambda: len(lab.log) >= 300)
    return [len(lab.log), len(lab.asyncore.socket_map)]


def announcing(lab: Lab) -> Any:
    """Half of a forwarder whose valve looks at the other half, and which says so: an engine that
    asks only those who announce a change tells the `watcher` of it too."""

    class Half(lab.asyncore.dispatcher_with_send):
        announces = True
        other: Any = None
        asked = 0

        def pair_with(self, other: Any) -> None:
            self.other = self.watcher = other
            other.other = other.watcher = self

        def readable(self) -> bool:
            self.asked += 1
            return len(self.other.out_buffer) < 256 * 1024

        def handle_read(self) -> None:
            self.other.send(self.recv(65536))

    return Half


@compat("a valve that announces: it shuts, it opens again, and nothing is lost", [True] * 5)
def an_announced_valve(lab: Lab) -> Any:
    half = announcing(lab)
    near, left = lab.unix()
    there, right = lab.unix()
    one, two = half(near), half(there)
    one.pair_with(two)
    lab.rounds(3)
    forth = through(lab, left, right, LOAD)
    back = through(lab, right, left, LOAD[::-1])
    left.setblocking(False)
    data, sent, quiet = LOAD * 16, 0, 0
    while quiet < 10:  # nobody reads at the other end: the valve must stop us
        try:
            sent += left.send(data[sent : sent + 65536])
            quiet = 0
        except BlockingIOError:
            quiet += 1
        lab.round()
        assert sent < len(data), "it reads for ever"
    owed = len(two.out_buffer)
    stopped = 256 * 1024 <= owed <= 512 * 1024
    goes_on = through(lab, left, right, LOAD, data[:sent])
    return [forth, back, stopped, goes_on, len(two.out_buffer) == 0]


@better(
    "a channel that announces, and its watcher, are not asked while nothing changes",
    "主动通知的通道和它的 watcher，没有变化时就不再被询问",
    ours=0,
    asyncore=20,
    tier="new",
    fast=True,
)
def announcing_is_not_asked(lab: Lab) -> Any:
    half = announcing(lab)
    (near, left), (there, right) = lab.unix(), lab.unix()
    one, two = half(near), half(there)
    one.pair_with(two)
    through(lab, left, right, LOAD)
    lab.rounds(3)
    one.asked = two.asked = 0
    lab.rounds(10)
    return one.asked + two.asked
