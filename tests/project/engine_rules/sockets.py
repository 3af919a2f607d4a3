"""accept, connect, send, recv: what the kernel says, and what a channel makes of it."""

import errno
import socket
import tempfile
from typing import Any

from .channels import Fake
from .events import refused
from .lab import (
    ANY_PORT,
    Lab,
    compat,
    everything,
    failure,
    hung_up,
    printed,
    raised,
    readable,
    reset,
)


@compat("accept() gives a socket and an address", [True, True, True])
def accept(lab: Lab) -> Any:
    server = lab.listener()
    client = lab.caller(server)
    sock, addr = server.accept()
    return [isinstance(sock, socket.socket), addr == client.getsockname(), type(addr) is tuple]


@compat(
    "accept() gives None when nobody is there; other errors pass",
    {"nobody": None, "ECONNABORTED": None, "EAGAIN": None, "TypeError": None, "EIO": "OSError"},
)
def accept_finds_nobody(lab: Lab) -> Any:
    server = lab.listener()
    seen: dict[str, Any] = {"nobody": server.accept()}
    real = server.socket
    for name in ("ECONNABORTED", "EAGAIN"):
        server.socket = Fake(real, accept=OSError(getattr(errno, name), name))
        seen[name] = server.accept()
    server.socket = Fake(real, accept=TypeError())
    seen["TypeError"] = server.accept()
    server.socket = Fake(real, accept=OSError(errno.EIO, "EIO"))
    return seen | {"EIO": raised(server.accept)}


@compat("handle_accept calls handle_accepted with what accept() gave", [[True, True]])
def accepted(lab: Lab) -> Any:
    class Server(lab.asyncore.dispatcher):
        def handle_accepted(self, sock: Any, addr: Any) -> None:
            lab.log.append([isinstance(sock, socket.socket), addr == client.getsockname()])

    server = lab.listener(Server)
    client = lab.caller(server)
    lab.round()
    lab.round()
    return lab.log


@compat("handle_accept that finds nobody calls nothing and changes nothing", [[], True, 1])
def accepted_nobody(lab: Lab) -> Any:
    server = lab.listener(lab.teller())
    lab.asyncore.dispatcher.handle_accept(server)
    return [lab.log, server.accepting, len(lab.asyncore.socket_map)]


@compat("the default handle_accepted hangs up", "b''")
def accepted_by_default(lab: Lab) -> Any:
    client = lab.caller(lab.listener())
    lab.round()
    return str(everything(client))


@compat("one client is accepted in a round at least, all of them in the end", [True, 5])
def several_clients(lab: Lab) -> Any:
    class Server(lab.asyncore.dispatcher):
        def handle_accepted(self, sock: Any, addr: Any) -> None:
            lab.log.append(addr)
            lab.kept.append(sock)

    server = lab.listener(Server)
    for _ in range(5):
        lab.caller(server)
    lab.round()
    first = len(lab.log) > 0
    lab.until(lambda: len(lab.log) == 5)
    return [first, len(lab.log)]


@compat("the new channel may be made in handle_accepted, and talks at once", "b'hello'")
def a_channel_for_the_client(lab: Lab) -> Any:
    class Greets(lab.quiet()):
        def __init__(self, sock: Any) -> None:
            super().__init__(sock)
            self.send(b"hello")
            self.close()

    class Server(lab.asyncore.dispatcher):
        def handle_accepted(self, sock: Any, addr: Any) -> None:
            Greets(sock)

    client = lab.caller(lab.listener(Server))
    lab.round()
    return str(everything(client))


@compat(
    "a connect that succeeds at once calls handle_connect within connect()",
    {"inside": ["connect"], "after": [True, False], "path kept": True, "returns": None},
)
def connect_at_once(lab: Lab) -> Any:
    class Client(lab.quiet()):
        def handle_connect(self) -> None:
            lab.log.append("connect")

    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as server:
        server.bind(f"{folder}/socket")
        server.listen(1)
        client = Client()
        client.create_socket(socket.AF_UNIX)
        returned = client.connect(server.getsockname())
        return {
            "inside": lab.log[:],
            "after": [client.connected, client.connecting],
            "path kept": client.addr == server.getsockname(),
            "returns": returned,
        }


@compat("a connect on its way calls handle_connect once, before read and write", ["connect"])
def connect_in_progress(lab: Lab) -> Any:
    class Client(lab.teller()):
        def handle_write(self) -> None:
            lab.log.append("write")

    with socket.create_server(ANY_PORT) as server:
        client = Client()
        client.create_socket()
        client.connect(server.getsockname())
        lab.until(lambda: "write" in lab.log)
        lab.rounds(3)
    return [lab.log[0]] + ["connect"] * (lab.log.count("connect") - 1)


@compat("a server that speaks first: connect, then what it said", ["connect", "b'220 hello'"])
def connect_and_hear(lab: Lab) -> Any:
    class Client(lab.quiet()):
        def writable(self) -> bool:
            return not self.connected

        def handle_connect(self) -> None:
            lab.log.append("connect")

        def handle_write(self) -> None:
            pass

        def handle_read(self) -> None:
            lab.log.append(str(self.recv(99)))

    with socket.create_server(ANY_PORT) as server:
        client = Client()
        client.create_socket()
        client.connect(server.getsockname())
        there = server.accept()[0]
        there.send(b"220 hello")
        readable(client.socket)
        lab.until(lambda: len(lab.log) > 1)
        there.close()
    return lab.log


@compat(
    "a refused connect goes to handle_error, and by default the channel is closed",
    ["ConnectionRefusedError", "close", 0],
)
def connect_refused(lab: Lab) -> Any:
    class Client(lab.quiet()):
        def writable(self) -> bool:
            return True

        def handle_connect(self) -> None:
            lab.log.append("connect")

        def handle_error(self) -> None:
            lab.log.append(failure())
            with printed():
                super().handle_error()

    refused(lab, Client)
    lab.until(lambda: not lab.asyncore.socket_map)
    return [*lab.log, len(lab.asyncore.socket_map)]


@compat(
    "a connect that fails at once raises, named as errno names it",
    ["FileNotFoundError", "[Errno 2] ENOENT"],
)
def connect_fails_at_once(lab: Lab) -> Any:
    client = lab.asyncore.dispatcher()
    client.create_socket(socket.AF_UNIX)
    try:
        client.connect("/nowhere/at/all")
    except OSError as error:
        return [type(error).__name__, str(error)]
    return "no error"


@compat(
    "connecting again while connected is a connect event once more", ["connect", "connect", True]
)
def connect_again(lab: Lab) -> Any:
    with socket.create_server(ANY_PORT) as server:
        client = lab.teller()()
        client.create_socket()
        client.connect(server.getsockname())
        lab.until(lambda: "connect" in lab.log)
        lab.log[:] = ["connect"]
        client.connect(server.getsockname())
        return [*lab.log, client.connected]


@compat("recv() gives what is there, at most as much as asked for", ["b'abc'", "b'de'", []])
def recv(lab: Lab) -> Any:
    near, far = lab.tcp()
    channel = lab.teller()(near)
    far.send(b"abcde")
    readable(near)
    return [str(channel.recv(3)), str(channel.recv(9)), lab.log]


@compat("recv() of the end calls handle_close and gives b''", ["b''", ["close"]])
def recv_the_end(lab: Lab) -> Any:
    near, far = lab.tcp()
    channel = lab.teller()(near)
    far.close()
    readable(near)
    return [str(channel.recv(9)), lab.log]


@compat("recv() of a reset connection calls handle_close and gives b''", ["b''", ["close"]])
def recv_a_reset(lab: Lab) -> Any:
    near, far = lab.tcp()
    channel = lab.teller()(near)
    reset(far)
    readable(near)
    return [str(channel.recv(9)), lab.log]


@compat("recv() where nothing is raises BlockingIOError", ["BlockingIOError", []])
def recv_nothing(lab: Lab) -> Any:
    channel = lab.teller()(lab.tcp()[0])
    return [raised(channel.recv, 9), lab.log]


LOST = ("ECONNRESET", "ENOTCONN", "ESHUTDOWN", "ECONNABORTED", "EPIPE", "EBADF")
OTHER = ("EIO", "ETIMEDOUT", "EHOSTUNREACH")


@compat(
    "of errors, recv() and send() take those of a lost connection for its end, the rest pass",
    {name: ["b''", "0", ["close", "close"]] for name in LOST}
    | {"ETIMEDOUT": ["TimeoutError"] * 2 + [[]]}
    | {name: ["OSError"] * 2 + [[]] for name in ("EIO", "EHOSTUNREACH")},
)
def errors_of_recv_and_send(lab: Lab) -> Any:
    seen = {}
    for name in (*LOST, *OTHER):
        lab.log.clear()
        error = OSError(getattr(errno, name), name)
        channel = lab.teller()(lab.tcp()[0])
        channel.socket = Fake(channel.socket, recv=error, send=error)
        told = []
        for call in (lambda c: c.recv(9), lambda c: c.send(b"x")):
            try:
                told.append(str(call(channel)))
            except OSError as left:
                told.append(type(left).__name__)
        seen[name] = [*told, lab.log[:]]
    return seen


@compat("send() says how much the kernel took, 0 when it is full", [5, True, 0, []])
def send(lab: Lab) -> Any:
    channel = lab.teller()(lab.tcp()[0])
    five = channel.send(b"12345")
    short = channel.send(bytes(64 << 20))
    while channel.send(bytes(1 << 16)):
        pass
    return [five, 0 < short < 64 << 20, channel.send(b"x"), lab.log]


@compat("send() to a peer that is gone calls handle_close and gives 0", [0, ["close"]])
def send_to_nobody(lab: Lab) -> Any:
    near, far = lab.unix()
    channel = lab.teller()(near)
    far.close()
    return [channel.send(b"x"), lab.log]


@compat("send() on a channel that never connected calls handle_close and gives 0", [0, ["close"]])
def send_unconnected(lab: Lab) -> Any:
    channel = lab.teller()()
    channel.create_socket()
    return [channel.send(b"x"), lab.log]


@compat(
    "a channel that stands in no map tells of the end all the same",
    {
        "recv, the end": ["close"],
        "recv, reset": ["close"],
        "send": ["close"],
        "handle_error": ["close"],
    },
    "不在任何字典里的通道，也照样通知连接的结束",
)
def the_end_outside_of_a_map(lab: Lab) -> Any:
    def out_of_its_map(call: Any, leave: Any) -> list[str]:
        lab.log.clear()
        near, far = lab.tcp()
        channel = lab.quiet()(near)
        channel.handle_close = lambda: lab.log.append("close")
        channel.del_channel()
        leave(far)
        readable(near)
        with printed():
            call(channel)
        return lab.log[:]

    def error(channel: Any) -> None:
        try:
            raise ValueError
        except ValueError:
            channel.handle_error()

    def send(channel: Any) -> None:
        hung_up(channel.socket)
        channel.send(b"x")

    return {
        "recv, the end": out_of_its_map(lambda one: one.recv(9), lambda far: far.close()),
        "recv, reset": out_of_its_map(lambda one: one.recv(9), reset),
        "send": out_of_its_map(send, reset),
        "handle_error": out_of_its_map(error, lambda far: far.close()),
    }


@compat("the peer hangs up: the read event finds the end, handle_close comes once", ["close", 0])
def the_end_by_the_loop(lab: Lab) -> Any:
    class Reads(lab.quiet()):
        def handle_read(self) -> None:
            self.recv(99)

    near, far = lab.tcp()
    Reads(near)
    far.close()
    lab.until(lambda: not lab.asyncore.socket_map)
    return [*lab.log, len(lab.asyncore.socket_map)]


@compat("data, then the end: both, in this order", ["b'bye'", "b''", "close"])
def data_and_the_end(lab: Lab) -> Any:
    class Reads(lab.asyncore.dispatcher):
        def writable(self) -> bool:
            return False

        def handle_read(self) -> None:
            data = self.recv(99)
            lab.log.insert(len(lab.log) - (not data), str(data))

        def handle_close(self) -> None:
            lab.log.append("close")
            self.close()

    near, far = lab.tcp()
    Reads(near)
    far.send(b"bye")
    far.close()
    lab.until(lambda: not lab.asyncore.socket_map)
    return lab.log


@compat("a reset by the peer closes the channel, whoever finds out", ["closed", True])
def a_reset_by_the_loop(lab: Lab) -> Any:
    class Reads(lab.quiet()):
        def handle_read(self) -> None:
            self.recv(99)

    near, far = lab.tcp()
    Reads(near)
    reset(far)
    hung_up(near)
    lab.until(lambda: not lab.asyncore.socket_map)
    return ["closed", "close" in lab.log]


@compat("a half-closed peer still gets what is sent", ["close", "b'answer'"])
def half_close(lab: Lab) -> Any:
    class Answers(lab.asyncore.dispatcher):
        def writable(self) -> bool:
            return False

        def handle_read(self) -> None:
            self.recv(99)

        def handle_close(self) -> None:
            lab.log.append("close")
            self.send(b"answer")
            self.close()

    near, far = lab.tcp()
    Answers(near)
    far.shutdown(socket.SHUT_WR)
    lab.until(lambda: lab.log)
    return [*lab.log, str(everything(far))]


@compat(
    "a datagram channel: bound, read, answered, never connected",
    {"heard": ["one", "two"], "answer": "b'ok'", "connected": False},
)
def datagrams(lab: Lab) -> Any:
    class Udp(lab.asyncore.dispatcher):
        def writable(self) -> bool:
            return False

        def handle_read(self) -> None:
            data, address = self.socket.recvfrom(99)
            lab.log.append(data.decode())
            self.socket.sendto(b"ok", address)

    server = Udp()
    server.create_socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(ANY_PORT)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(20)
        for word in (b"one", b"two"):
            client.sendto(word, server.socket.getsockname())
        lab.until(lambda: len(lab.log) == 2)
        return {"heard": lab.log, "answer": str(client.recv(9)), "connected": server.connected}


@compat("a datagram channel that connects is connected at once", ["connect", True, 2, "b'hi'"])
def connected_datagrams(lab: Lab) -> Any:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(ANY_PORT)
        server.settimeout(20)
        client = lab.teller()()
        client.create_socket(socket.AF_INET, socket.SOCK_DGRAM)
        client.connect(server.getsockname())
        return [*lab.log, client.connected, client.send(b"hi"), str(server.recv(9))]
