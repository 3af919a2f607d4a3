"""dispatcher_with_send: a channel that keeps what the kernel did not take."""

import contextlib
import socket
from typing import Any

from .lab import ANY_PORT, Lab, compat, everything, printed, readable

BIG = bytes(range(256)) * (1 << 13)  # 2 MiB: more than two socket buffers take at once


@compat("it begins with nothing owed, and wants to write until it is connected", [0, True, False])
def nothing_owed(lab: Lab) -> Any:
    kind = lab.asyncore.dispatcher_with_send
    alone = kind()
    connected = kind(lab.unix()[0])
    return [len(alone.out_buffer), bool(alone.writable()), bool(connected.writable())]


@compat(
    "send() returns nothing and tries at once: no round of the loop is needed", [None, "b'now'"]
)
def send_at_once(lab: Lab) -> Any:
    near, far = lab.tcp()
    channel = lab.asyncore.dispatcher_with_send(near)
    returned = channel.send(b"now")
    readable(far)
    return [returned, str(far.recv(9))]


@compat(
    "what the kernel did not take is owed, and writable() says so until it is paid",
    {"owed": True, "writable": True, "whole": True, "at last": [0, False]},
)
def owed(lab: Lab) -> Any:
    near, far = lab.unix()
    channel = lab.quiet_with_send()(near)
    channel.send(BIG)
    seen: dict[str, Any] = {
        "owed": 0 < len(channel.out_buffer) < len(BIG),
        "writable": bool(channel.writable()),
    }
    got = bytearray()
    far.setblocking(False)

    def read() -> bool:
        while True:
            try:
                got.extend(far.recv(1 << 20))
            except BlockingIOError:
                return len(got) >= len(BIG)

    lab.until(read)
    lab.round()
    last = [len(channel.out_buffer), bool(channel.writable())]
    return seen | {"whole": got == BIG, "at last": last}


@compat("several sends keep their order, whatever is owed", True)
def order_of_sends(lab: Lab) -> Any:
    near, far = lab.unix()
    channel = lab.quiet_with_send()(near)
    pieces = [BIG, b"two", bytearray(b"three"), b"four" * 9999]
    far.setblocking(False)
    for piece in pieces:
        channel.send(piece)
    got = bytearray()

    def read() -> bool:
        try:
            while True:
                got.extend(far.recv(1 << 20))
        except BlockingIOError:
            return len(got) >= sum(map(len, pieces))

    lab.until(read)
    return got == b"".join(bytes(piece) for piece in pieces)


@compat("debug shows what is sent", "info: sending b'a\\nb'\n")
def debug(lab: Lab) -> Any:
    channel = lab.asyncore.dispatcher_with_send(lab.unix()[0])
    channel.debug = True
    with printed() as out:
        channel.send(b"a\nb")
    return out.getvalue()


@compat("bytes put into out_buffer by hand are sent by the loop", "b'by hand'")
def out_buffer_by_hand(lab: Lab) -> Any:
    near, far = lab.unix()
    channel = lab.quiet_with_send()(near)
    lab.rounds(2)
    channel.out_buffer += b"by "
    channel.out_buffer = bytes(channel.out_buffer) + b"hand"
    lab.until(lambda: not channel.out_buffer)
    readable(far)
    return str(far.recv(99))


@compat("initiate_send and handle_write send what is owed", ["b'ab'", "b'cd'", 0])
def initiate_send(lab: Lab) -> Any:
    near, far = lab.unix()
    channel = lab.quiet_with_send()(near)
    seen = []
    for data, call in ((b"ab", channel.initiate_send), (b"cd", channel.handle_write)):
        channel.out_buffer += data
        call()
        readable(far)
        seen.append(str(far.recv(9)))
    return [*seen, len(channel.out_buffer)]


@compat("a send before the connection stands is sent when it does", ["b'early'"])
def send_while_connecting(lab: Lab) -> Any:
    class Client(lab.quiet_with_send()):
        def handle_connect(self) -> None:
            lab.log.append("connect")

    with socket.create_server(ANY_PORT) as server:
        client = Client()
        client.create_socket()
        client.connect(server.getsockname())
        client.out_buffer += b"early"
        lab.until(lambda: not client.out_buffer)
        there = server.accept()[0]
        readable(there)
        return [str(there.recv(99))]


@compat("a peer that is gone: handle_close, no exception", ["close"])
def peer_gone(lab: Lab) -> Any:
    near, far = lab.unix()
    channel = lab.quiet_with_send()(near)
    far.close()
    channel.send(b"x")
    return lab.log


@compat("the echo of the article: bytes come back, then the end", [True, 0])
def an_echo(lab: Lab) -> Any:
    class Echo(lab.asyncore.dispatcher_with_send):
        def handle_read(self) -> None:
            data = self.recv(65536)
            if data:
                self.send(data)

    class Server(lab.asyncore.dispatcher):
        def handle_accepted(self, sock: Any, addr: Any) -> None:
            Echo(sock)

    client = lab.caller(lab.listener(Server))
    lab.round()
    data, got = BIG[:100_000], bytearray()
    client.setblocking(False)
    sent = 0

    def talk() -> bool:
        nonlocal sent
        if sent < len(data):
            with contextlib.suppress(BlockingIOError):
                sent += client.send(data[sent : sent + 8192])
        with contextlib.suppress(BlockingIOError):
            got.extend(client.recv(65536))
        return len(got) == len(data)

    lab.until(talk)
    client.shutdown(socket.SHUT_WR)
    lab.until(lambda: len(lab.asyncore.socket_map) == 1)
    return [got == data, len(everything(client))]
