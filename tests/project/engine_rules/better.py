"""Where our engines differ on purpose. The real asyncore must show its side of each, too: a rule
that it passes is no difference, and leaves this list.
"""

import errno
import os
import resource
import select
import socket
import time
from typing import Any

from .events import error_line, refused
from .lab import (
    ANY_PORT,
    PATIENCE,
    By,
    Lab,
    better,
    everything,
    failure,
    hung_up,
    printed,
    raised,
    readable,
    reset,
)

BIG = bytes(range(256)) * (1 << 13)  # 2 MiB: more than the buffers of a socket pair take


def part(got: int, of: int) -> str:
    return "all" if got == of else "a part"


@better(
    "close() with bytes owed: they are sent first, and no handler of the channel runs meanwhile",
    "close() 时还欠着字节：先发完再关，其间不再运行这个通道的任何处理方法",
    ours={"sent": "all", "handlers": [], "left in the map": 0},
    asyncore={"sent": "a part", "handlers": [], "left in the map": 0},
)
def drain_before_close(lab: Lab) -> Any:
    class Tells(lab.quiet_with_send()):
        def handle_write(self) -> None:
            lab.log.append("write")
            super().handle_write()

    near, far = lab.unix()
    channel = Tells(near)
    channel.send(BIG)
    far.send(b"never read")
    channel.close()
    far.setblocking(False)
    got = [0]

    def read() -> bool:
        try:
            while data := far.recv(1 << 20):
                got[0] += len(data)
        except BlockingIOError:
            return False
        except ConnectionResetError:  # the kernel tells that ours never read what came
            pass
        return True

    lab.until(read)
    far.close()
    lab.rounds(2)
    left = len(lab.asyncore.socket_map)
    return {"sent": part(got[0], len(BIG)), "handlers": lab.log, "left in the map": left}


@better(
    "close() with bytes owed, and the peer still has something to say: it gets all of them",
    "close() 时还欠着字节，而对端还在说话：它照样一个不少地收到",
    ours="all",
    asyncore="a part",
)
def drain_though_the_peer_talks(lab: Lab) -> Any:
    near, far = lab.tcp()
    near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 17)
    far.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 14)  # the end waits in our kernel
    channel = lab.asyncore.dispatcher_with_send(near)
    owed = BIG[: 1 << 19]
    channel.send(owed)
    far.setblocking(False)
    far.send(b"and another thing")
    readable(near)
    channel.close()
    got = [0]

    def read() -> bool:
        try:
            got[0] += len(data := far.recv(1 << 14))
        except BlockingIOError:
            return False
        except ConnectionResetError:  # whoever closes with bytes unread resets the connection
            return True
        return not data

    lab.until(read)
    return part(got[0], len(owed))


def fill(limit: int) -> list[int]:
    """Lower the limit of open files and take all that is left but a few."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    taken = []
    try:
        while True:
            taken.append(os.open(os.devnull, os.O_RDONLY))
    except OSError:
        return taken


@better(
    "no descriptor is left (EMFILE): the caller is turned away, the listener stays, the next one"
    " is served",
    "描述符用尽（EMFILE）：请走来客，监听者还在，之后的来客照常接待",
    ours={
        "told as an error": False,
        "listens": True,
        "turned away": True,
        "calls after that": 0,
        "served later": True,
    },
    asyncore={
        "told as an error": True,
        "listens": False,
        "turned away": False,
        "calls after that": 0,
        "served later": False,
    },
)
def no_descriptor_left(lab: Lab) -> Any:
    class Server(lab.asyncore.dispatcher):
        def handle_accept(self) -> None:
            lab.log.append("accept")
            super().handle_accept()

        def handle_accepted(self, sock: Any, addr: Any) -> None:
            sock.send(b"welcome")
            sock.close()

    server = lab.listener(Server)
    address = server.socket.getsockname()
    early = lab.caller(server)
    late = socket.socket()
    lab.idle_round()
    taken = fill(64)
    with printed() as out:
        lab.round()
        lab.log.clear()
        lab.rounds(5)
    seen: dict[str, Any] = {"told as an error": out.getvalue() != "", "listens": server.accepting}
    early.settimeout(PATIENCE)
    try:
        seen["turned away"] = early.recv(9) == b"" and server.accepting
    except ConnectionResetError:  # it died with its listener
        seen["turned away"] = False
    seen["calls after that"] = len(lab.log)
    for fd in taken:
        os.close(fd)
    try:
        late.connect(address)
    except ConnectionRefusedError:
        return seen | {"served later": False}
    with printed():
        lab.rounds(3)
    return seen | {"served later": everything(late) == b"welcome"}


@better(
    "a descriptor closed and used anew within one round: the new channel gets no old event",
    "同一轮里描述符关闭后又被复用：新通道收不到旧通道的事件",
    ours=["read"],
    asyncore=["read", "stale"],
)
def stale_event(lab: Lab) -> Any:
    channels: list[Any] = []
    spare, _far = lab.tcp()

    class New(lab.quiet()):
        def handle_read(self) -> None:
            lab.log.append("stale")

    class Swaps(lab.quiet()):
        def handle_read(self) -> None:
            lab.log.append("read")
            other = channels[channels[0] is self]
            number = other.socket.fileno()
            other.close()
            os.dup2(spare.fileno(), number)  # the kernel would give this number to the next socket
            New(socket.socket(fileno=number))

    for _ in range(2):
        near, far = lab.tcp()
        far.send(b"x")
        readable(near)
        channels.append(Swaps(near))
    lab.round()
    return lab.log


@better(
    "a channel that is given a new socket within one round: it gets no event of the old one",
    "同一轮里通道换了套接字：收不到旧套接字的事件",
    ours=["read"],
    asyncore=["read", "stale"],
)
def stale_event_of_the_same_channel(lab: Lab) -> Any:
    channels: list[Any] = []
    spare, _far = lab.tcp()

    class Swaps(lab.quiet()):
        fresh = False

        def handle_read(self) -> None:
            lab.log.append("stale" if self.fresh else "read")
            other = channels[channels[0] is self]
            if self.fresh or other.fresh:
                return
            number = other.socket.fileno()
            other.close()
            os.dup2(spare.fileno(), number)
            other.set_socket(socket.socket(fileno=number))
            other.connected = other.fresh = True

    for _ in range(2):
        near, far = lab.tcp()
        far.send(b"x")
        readable(near)
        channels.append(Swaps(near))
    lab.round()
    return lab.log


@better(
    "one urgent byte that nobody takes is told once, and does not spin",
    "没人取走的一个紧急字节只通知一次，不会空转",
    ours=["expt", "expt"],
    asyncore=["expt"] * 8,
)
def urgent_byte_does_not_spin(lab: Lab) -> Any:
    class Urgent(lab.quiet()):
        def handle_expt(self) -> None:
            lab.log.append("expt")

        def handle_read(self) -> None:
            self.recv(99)

    near, far = lab.tcp()
    Urgent(near)
    for _ in range(2):
        far.send(b"!", socket.MSG_OOB)
        if not select.select([], [], [near], PATIENCE)[2]:
            return "no urgent byte"
        lab.rounds(4)
    return lab.log


def until_closed(lab: Lab, base: Any, sock: Any, piece: int) -> str:
    """How much a reader of small pieces gets of what came before the hang-up."""
    got = [0]

    class Reads(base):
        def writable(self) -> bool:
            return False

        def handle_read(self) -> None:
            got[0] += len(self.recv(piece))

    Reads(sock)
    hung_up(sock)
    lab.until(lambda: not lab.asyncore.socket_map)
    return part(got[0], 60_000)


@better(
    "a hang-up does not cut off the data that came before it",
    "挂断不会截掉它之前到达的数据",
    ours={"tcp": "all", "unix": "all", "pipe": "all"},
    asyncore=By(
        select={"tcp": "all", "unix": "all", "pipe": "all"},
        poll={"tcp": "a part", "unix": "a part", "pipe": "a part"},
    ),
)
def data_before_hang_up(lab: Lab) -> Any:
    seen = {}
    for name, (near, far) in (("tcp", lab.tcp()), ("unix", lab.unix())):
        near.shutdown(socket.SHUT_WR)
        far.sendall(bytes(60_000))
        far.close()
        seen[name] = until_closed(lab, lab.asyncore.dispatcher, near, 4096)
    inlet, outlet = os.pipe()
    os.write(outlet, bytes(60_000))
    os.close(outlet)
    return seen | {"pipe": until_closed(lab, lab.asyncore.file_dispatcher, inlet, 4096)}


@better(
    "no handler runs after close(): closed in handle_read, it is not written to",
    "close() 之后不再运行任何处理方法：在 handle_read 里关闭，就不会再有 handle_write",
    ours=["read"],
    asyncore=By(select=["read"], poll=["read", "write"]),
)
def closed_in_handle_read(lab: Lab) -> Any:
    class Closes(lab.teller()):
        def handle_read(self) -> None:
            lab.log.append("read")
            self.close()

    near, far = lab.tcp()
    Closes(near)
    far.send(b"x")
    readable(near)
    lab.round()
    return lab.log


@better(
    "no handler runs after close(): closed in handle_connect, it stays closed",
    "close() 之后不再运行任何处理方法：在 handle_connect 里关闭，就一直是关闭的",
    ours=[["connect"], False],
    asyncore=[["connect", "write"], True],
)
def closed_in_handle_connect(lab: Lab) -> Any:
    class Closes(lab.teller()):
        def handle_connect(self) -> None:
            lab.log.append("connect")
            self.close()

    with socket.create_server(ANY_PORT) as server:
        client = Closes()
        client.create_socket()
        client.connect(server.getsockname())
        lab.until(lambda: not lab.asyncore.socket_map)
        return [lab.log, client.connected]


@better(
    "the end of a connection is told once: an error of a closed channel is no second close",
    "连接的结束只通知一次：已关闭的通道再出错，不会再次 handle_close",
    ours={"ValueError": ["read", "close"], "ConnectionResetError": ["read", "close"]},
    asyncore={
        "ValueError": ["read", "close", "close"],
        "ConnectionResetError": ["read", "close", "close"],
    },
)
def told_once(lab: Lab) -> Any:
    seen = {}
    for error in (ValueError("on purpose"), ConnectionResetError(errno.ECONNRESET, "on purpose")):

        class Falls(lab.quiet()):
            def handle_read(self, error: Exception = error) -> None:
                lab.log.append("read")
                if not self.recv(9):
                    raise error

        lab.log.clear()
        near, far = lab.tcp()
        Falls(near)
        far.close()
        readable(near)
        with printed():
            lab.round()
        seen[type(error).__name__] = lab.log[:]
    return seen


@better(
    "a refused connect never reaches handle_connect, even where handle_error does not close",
    "连接被拒绝就绝不会走到 handle_connect，哪怕 handle_error 没有关闭通道",
    ours={"error": True, "connect": False},
    asyncore={"error": True, "connect": True},
)
def refused_is_not_connected(lab: Lab) -> Any:
    class Client(lab.teller()):
        def handle_error(self) -> None:
            lab.log.append("error:" + failure())

        def handle_close(self) -> None:
            self.close()

    refused(lab, Client)
    lab.rounds(5)
    return {
        "error": lab.log[:1] == ["error:ConnectionRefusedError"],
        "connect": "connect" in lab.log,
    }


@better(
    "a predicate that raises costs its own channel, not the loop",
    "readable() 或 writable() 抛出异常，只关它自己的通道，循环照常",
    ours=["none", ["error:ZeroDivisionError", "close", "read"], 1],
    asyncore=["ZeroDivisionError", [], 2],
)
def a_predicate_that_raises(lab: Lab) -> Any:
    class Bad(lab.quiet()):
        def readable(self) -> bool:
            raise ZeroDivisionError

        def handle_error(self) -> None:
            lab.log.append("error:" + failure())
            with printed():
                super().handle_error()

    near, far = lab.tcp()
    Bad(lab.tcp()[0])
    lab.quiet()(near)
    far.send(b"x")
    readable(near)
    return [raised(lab.round), lab.log, len(lab.asyncore.socket_map)]


@better(
    "a channel whose connect fails at once is not left in the map",
    "connect 当场失败的通道不会留在字典里",
    ours=["FileNotFoundError", 0],
    asyncore=["FileNotFoundError", 1],
)
def failed_at_once(lab: Lab) -> Any:
    client = lab.asyncore.dispatcher()
    client.create_socket(socket.AF_UNIX)
    return [raised(client.connect, "/nowhere/at/all"), len(lab.asyncore.socket_map)]


@better(
    "accept() finds nobody and handle_accept does not expect it: the listener stays",
    "accept() 发现没有人，而 handle_accept 没料到：监听者还在",
    ours={"errors": 1, "listening": 2},
    asyncore={"errors": 1, "listening": 1},
)
def a_caller_that_is_gone(lab: Lab) -> Any:
    class Server(lab.asyncore.dispatcher):
        def handle_accept(self) -> None:
            sock, _addr = self.accept()
            lab.kept.append(sock)

        def handle_error(self) -> None:
            lab.log.append(failure())
            with printed():
                super().handle_error()

    server = lab.listener(Server)
    lab.caller(server)
    twin = Server(server.socket.dup())  # one queue of callers, two who are told of it
    twin.accepting = True
    lab.round()
    listening = sum(one.accepting for one in lab.asyncore.socket_map.values())
    return {"errors": lab.log.count("TypeError"), "listening": listening}


@better(
    "an error in handle_accept is told, and the listener stays",
    "handle_accept 出错会报告，监听者还在",
    ours=["keeping listener", "ValueError", "on purpose", 1],
    asyncore=["closing channel", "ValueError", "on purpose", 0],
)
def an_error_in_handle_accept(lab: Lab) -> Any:
    class Server(lab.asyncore.dispatcher):
        def handle_accepted(self, sock: Any, addr: Any) -> None:
            raise ValueError("on purpose")

    lab.caller(lab.listener(Server))
    with printed() as out:
        lab.round()
    text = out.getvalue()
    what = "keeping listener" if "keeping listener" in text else "closing channel"
    line = error_line(text.replace("keeping listener", "closing channel"))
    return [what, *line[1:3], len(lab.asyncore.socket_map)]


@better(
    "an idle connection that has nothing to write is not called every round",
    "没有东西要写的空闲连接，不会每一轮都被叫醒",
    ours={"events": 0, "asks": False},
    asyncore={"events": 5, "asks": True},
)
def idle_does_not_spin(lab: Lab) -> Any:
    class Idle(lab.asyncore.dispatcher):
        ignore_log_types = frozenset()

    channel = Idle(lab.tcp()[0])
    with printed() as out:
        lab.rounds(5)
    events = out.getvalue().count("unhandled write event")
    return {"events": events, "asks": bool(channel.writable())}


@better(
    "writable() is False by default for a connection without a handle_write, and for nobody else",
    "writable() 默认为 False 的，只有没有自己的 handle_write 的连接",
    ours={"plain": False, "handle_write": True, "on the instance": True, "unconnected": True,
          "writable": 7, "listening": True},
    asyncore={"plain": True, "handle_write": True, "on the instance": True, "unconnected": True,
              "writable": 7, "listening": True},
)  # fmt: skip
def who_is_writable(lab: Lab) -> Any:
    class Own(lab.asyncore.dispatcher):
        def handle_write(self) -> None:
            pass

    class Asks(lab.asyncore.dispatcher):
        def writable(self) -> Any:
            return 7

    kind = lab.asyncore.dispatcher
    instance = kind(lab.tcp()[0])
    instance.handle_write = lambda: None
    return {
        "plain": kind(lab.tcp()[0]).writable(),
        "handle_write": Own(lab.tcp()[0]).writable(),
        "on the instance": instance.writable(),
        "unconnected": kind().writable(),
        "writable": Asks(lab.tcp()[0]).writable(),
        "listening": lab.listener().writable(),
    }


@better(
    "in handle_connect the channel is connected already, and no longer connecting",
    "在 handle_connect 里，通道已经是 connected，不再是 connecting",
    ours=[True, False],
    asyncore=[False, True],
)
def connected_in_handle_connect(lab: Lab) -> Any:
    class Client(lab.quiet()):
        def handle_connect(self) -> None:
            lab.log.extend((self.connected, self.connecting))

    with socket.create_server(ANY_PORT) as server:
        client = Client()
        client.create_socket()
        client.connect(server.getsockname())
        client.writable = lambda: True
        client.handle_write = lambda: None
        lab.until(lambda: lab.log)
    return lab.log


@better(
    "a channel whose number is another's now does not take that one out of the map",
    "描述符的号码已经属于别的通道：关闭旧通道，不会把那一个也带走",
    ours=1,
    asyncore=0,
)
def the_number_is_anothers(lab: Lab) -> Any:
    old = lab.quiet()(lab.tcp()[0])
    number = old.socket.fileno()
    spare, _far = lab.tcp()
    old.socket.close()  # behind the channel's back
    os.dup2(spare.fileno(), number)
    new = lab.quiet()(socket.socket(fileno=number))
    old.close()
    return int(lab.asyncore.socket_map.get(number) is new)


@better(
    "a timeout below a millisecond is waited for, and not taken for none",
    "不足一毫秒的超时也会等，不会当成不等",
    ours=True,
    asyncore=By(select=True, poll=False),
)
def a_short_timeout(lab: Lab) -> Any:
    lab.quiet()(lab.tcp()[0])
    begin = time.monotonic()
    for _ in range(500):
        lab.round(timeout=0.0005)
    return time.monotonic() - begin >= 0.25


def cost_of_closing(lab: Lab, count: int) -> float:
    """CPU seconds for each of `count` channels that are closed one a round."""

    class Reads(lab.asyncore.dispatcher_with_send):
        def handle_read(self) -> None:
            self.recv(9)

    ends = [socket.socketpair() for _ in range(count)]
    channels: dict[int, Any] = {}
    for near, _far in ends:
        Reads(near, channels)
    lab.round(channels)
    begin = time.process_time()
    for _near, far in ends:
        far.close()
        lab.round(channels)
    cost = time.process_time() - begin
    return cost / count if not channels else -1.0


@better(
    "closing many channels is not quadratic: ten times as many cost as much each",
    "关闭大量通道不是平方级：数量多十倍，每个的开销不变",
    ours="as much",
    asyncore="several times as much",
    fast=True,
)
def closing_is_not_quadratic(lab: Lab) -> Any:
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit[1], limit[1]))
    cost_of_closing(lab, 50)
    # The least of three: what else the machine does only ever adds.
    few, many = (min(cost_of_closing(lab, n) for _ in range(3)) for n in (100, 1000))
    return "as much" if 0 < many < 2.5 * few else "several times as much"


@better(
    "high_water: above it nothing is read until no more than low_water is owed",
    "high_water：欠的超过它就不再读，直到欠的不超过 low_water",
    ours=[True, False, False, True],
    asyncore=[True, True, True, True],
    tier="new",
)
def high_water(lab: Lab) -> Any:
    near, far = lab.unix()
    channel = lab.asyncore.dispatcher_with_send(near)
    channel.high_water, channel.low_water = 1000, 10
    seen = [bool(channel.readable())]
    for owed in (1001, 500, 10):
        channel.out_buffer = bytearray(owed)
        seen.append(bool(channel.readable()))
    return seen


def last_words(lab: Lab, near: socket.socket, owed: bytes) -> Any:
    """A channel that owes these bytes and has been told to shut down, twice."""
    channel = lab.quiet_with_send()(near)
    channel.out_buffer += owed
    for _ in range(2):
        if hasattr(channel, "shutdown"):
            channel.shutdown()
    return channel


def ends(lab: Lab, far: socket.socket, n: int) -> str:
    """What comes behind the first `n` bytes of this end within some rounds."""
    far.setblocking(False)
    got, end = 0, "nothing"

    def over() -> bool:
        nonlocal got, end
        try:
            while data := far.recv(1 << 20):
                got += len(data)
        except BlockingIOError:
            return False
        end = "EOF" if got == n else f"EOF after {got}"
        return True

    rounds = iter(range(400))
    lab.until(lambda: over() or (got >= n and next(rounds, None) is None))
    return end


@better(
    "shutdown(): EOF goes out behind the last owed byte, and the channel goes on reading",
    "shutdown()：EOF 排在欠着的最后一个字节之后，通道接着读",
    ours={"nothing owed": "EOF", "much owed": "EOF", "then": ["read"]},
    asyncore={"nothing owed": "nothing", "much owed": "nothing", "then": ["read"]},
    tier="new",
)
def shutdown_behind_the_last_byte(lab: Lab) -> Any:
    near, far = lab.tcp()
    last_words(lab, near, b"")
    seen: dict[str, Any] = {"nothing owed": ends(lab, far, 0)}
    near, far = lab.tcp()
    channel = last_words(lab, near, bytes(8 << 20))
    seen["much owed"] = ends(lab, far, 8 << 20)
    far.setblocking(True)
    far.sendall(b"still here")
    readable(near)
    lab.round()
    channel.close()
    return seen | {"then": lab.log}


@better(
    "shutdown() before the connection is there waits for it",
    "还没连上就 shutdown()，会等到连上",
    ours="EOF",
    asyncore="nothing",
    tier="new",
)
def shutdown_while_connecting(lab: Lab) -> Any:
    class Caller(lab.quiet_with_send()):
        def handle_connect(self) -> None:
            pass

    with socket.create_server(ANY_PORT) as server:
        channel = Caller()
        channel.create_socket()
        channel.connect(server.getsockname())
        if hasattr(channel, "shutdown"):
            channel.shutdown()
        lab.until(lambda: channel.connected)
        there = server.accept()[0]
        lab.kept.append(there)
        return ends(lab, there, 0)


@better(
    "handle_eof() tells of an EOF, and is handle_close() unless it is overridden; a reset is none",
    "handle_eof() 报告 EOF，没有重写就是 handle_close()；重置不算",
    ours=["eof", "close", "close"],
    asyncore=["close", "close", "close"],
    tier="new",
)
def an_eof_is_no_close(lab: Lab) -> Any:
    class Hears(lab.quiet()):
        def handle_read(self) -> None:
            self.recv(100)

    class Discerns(Hears):
        def handle_eof(self) -> None:
            lab.log.append("eof")
            self.close()

    first = []
    for kind, rude in ((Discerns, False), (Hears, False), (Discerns, True)):
        near, far = lab.tcp()
        kind(near)
        reset(far) if rude else far.close()
        readable(near)
        so_far = len(lab.log)
        lab.until(lambda: not lab.asyncore.socket_map)
        first.append(lab.log[so_far])  # of a reset asyncore tells twice, with poll
    return first
