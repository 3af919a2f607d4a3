"""A web server with named misbehaviours. Nothing in the course needs another host.

A mode is a function of a page and a turn (how many have been answered before): the steps of one
answer. The tester takes them one by one, between other things (checks/web.py); `serve` takes them
in a thread for each connection, for a person who tries a client by hand.
"""

from __future__ import annotations

import contextlib
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator

from looplab.checks.doors import Door
from looplab.checks.timeline import Noise

# ("send", bytes), ("wait", seconds), and at the end ("close",), ("reset",), or ("keep",): the
# connection stays open until the client closes it.
Step = tuple[str] | tuple[str, bytes] | tuple[str, float]
Mode = Callable[[bytes, int], Iterator[Step]]

SLOW = 0.5  # seconds
BREATH = 0.01  # seconds in which a client on this machine reads what was sent
HUGE = 16 << 20  # bytes: more than the kernels hold between the two
HEADERS = 90  # lines, 12 KiB: more than one recv(8192)
END = b"\r\n\r\n"
PAGE = b"Hello from the origin.\n"
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)", re.IGNORECASE)


def head(
    length: int | None, status: str = "200 OK", *, version: str = "1.0", more: str = ""
) -> bytes:
    """The status line and the headers of an answer, and the empty line behind them."""
    lines = f"HTTP/{version} {status}\r\nContent-Type: text/plain\r\n{more}"
    if length is not None:
        lines += f"Content-Length: {length}\r\n"
    return f"{lines}\r\n".encode("latin-1")


def normal(page: bytes, turn: int) -> Iterator[Step]:
    """All at once, and closed."""
    yield "send", head(len(page)) + page
    yield ("close",)


def drip(page: bytes, turn: int) -> Iterator[Step]:
    """One byte at a time."""
    for byte in head(len(page)) + page:
        yield "send", bytes([byte])
        yield "wait", BREATH / 2
    yield ("close",)


def split(page: bytes, turn: int) -> Iterator[Step]:
    """In two parts: the first connection after its first byte, the second after its second, …"""
    answer = head(len(page)) + page
    cut = turn % (len(answer) - 1) + 1
    yield "send", answer[:cut]
    yield "wait", BREATH
    yield "send", answer[cut:]
    yield ("close",)


def slow(page: bytes, turn: int) -> Iterator[Step]:
    """Nothing for half a second, then all at once."""
    yield "wait", SLOW
    yield from normal(page, turn)


def rst_mid_body(page: bytes, turn: int) -> Iterator[Step]:
    """Half of the page, then a reset."""
    yield "send", head(len(page)) + page[: len(page) // 2]
    yield "wait", BREATH * 3  # a reset overtakes what has not been read
    yield ("reset",)


def huge(page: bytes, turn: int) -> Iterator[Step]:
    """A page of 16 MiB."""
    yield "send", head(HUGE)
    yield "send", Noise(turn, HUGE)
    yield ("close",)


def keep_open(page: bytes, turn: int) -> Iterator[Step]:
    """All of the answer, and the connection stays open: `Content-Length` alone says that it is
    over."""
    yield "send", head(len(page)) + page
    yield ("keep",)


def till_close(page: bytes, turn: int) -> Iterator[Step]:
    """No `Content-Length`: the page ends where the connection does."""
    yield "send", head(None) + page[: len(page) // 2]
    yield "wait", BREATH
    yield "send", page[len(page) // 2 :]
    yield "wait", BREATH
    yield ("close",)


def short_body(page: bytes, turn: int) -> Iterator[Step]:
    """`Content-Length` promises one byte more than there is; then a polite end."""
    yield "send", head(len(page) + 1) + page
    yield ("close",)


def no_head(page: bytes, turn: int) -> Iterator[Step]:
    """The end comes in the middle of the headers."""
    yield "send", head(len(page))[:-6]
    yield ("close",)


def chunk_unknown(page: bytes, turn: int) -> Iterator[Step]:
    """HTTP/1.1 and a body in chunks, which nobody may send to a client that has said HTTP/1.0
    (RFC 9112, section 6.1)."""
    body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(page), page)
    yield "send", head(None, version="1.1", more="Transfer-Encoding: chunked\r\n") + body
    yield ("close",)


def many_headers(page: bytes, turn: int) -> Iterator[Step]:
    """HTTP/1.1, 12 KiB of headers, names in odd letters, a byte that is neither ASCII nor UTF-8;
    the connection stays open."""
    lines = [f"X-Header-{n:03}: content-length: {n % 10}; {n:0>100}\r\n" for n in range(HEADERS)]
    lines[0] = "X-Made-By: Ren\xe9\r\n"
    lines[HEADERS // 2] = f"cOnTent-LENGTH:   {len(page)}\r\n"
    yield "send", head(None, version="1.1", more="".join(lines)) + page
    yield ("keep",)


def endless_head(page: bytes, turn: int) -> Iterator[Step]:
    """A MiB of headers, and never the empty line behind them."""
    yield "send", head(len(page))[:-2] + b"X-More: and more\r\n" * (1 << 16)
    yield ("keep",)


def mute(page: bytes, turn: int) -> Iterator[Step]:
    """It lets everybody in, and says nothing."""
    yield ("keep",)


MODES: dict[str, Mode] = {
    "normal": normal,
    "drip": drip,
    "split": split,
    "slow": slow,
    "rst-mid-body": rst_mid_body,
    "huge": huge,
    "keep-open": keep_open,
    "till-close": till_close,
    "short-body": short_body,
    "no-head": no_head,
    "chunk-unknown": chunk_unknown,
    "many-headers": many_headers,
    "endless-head": endless_head,
    "mute": mute,
}
DOORS = {"refuse": "refused", "blackhole": "silent"}  # which never come to an answer
NAMES = (*MODES, *DOORS)


def is_whole(request: bytes | bytearray) -> bool:
    """Whether these bytes are a request with all of its body."""
    end = request.find(END)
    if end < 0:
        return False
    length = _LENGTH.search(request, 0, end + len(END))
    return len(request) - end - len(END) >= (int(length[1]) if length else 0)


# -- by hand


def serve(mode: str, port: int, say: Callable[[str], object]) -> None:
    """Answer in this mode until KeyboardInterrupt. `say` is given each line to print."""
    if mode in DOORS:
        return _stand_at(DOORS[mode], port, say)
    with socket.create_server(("127.0.0.1", port)) as listener:
        say("listening on {}:{}".format(*listener.getsockname()))
        turn = 0
        while True:
            sock, _ = listener.accept()
            threading.Thread(target=_talk, args=(sock, MODES[mode], turn, say), daemon=True).start()
            turn += 1


def _stand_at(kind: str, port: int, say: Callable[[str], object]) -> None:
    door = Door(kind, port)
    try:
        say(f"listening on {door.address}")
        threading.Event().wait()
    finally:
        door.close()


def _talk(sock: socket.socket, mode: Mode, turn: int, say: Callable[[str], object]) -> None:
    """One connection: hear the request, log it raw, answer."""
    with sock, contextlib.suppress(OSError):
        name = "{}:{}".format(*sock.getpeername())
        request = bytearray()
        while not is_whole(request):
            data = sock.recv(65536)
            if not data:
                say(f"{name} {bytes(request)!r} EOF")
                return
            request += data
        lines, _, body = bytes(request).partition(END)
        for line in (lines + END).splitlines(keepends=True):
            say(f"{name} {line!r}")
        if body:
            say(f"{name} + {len(body)}")
        _play(sock, mode(PAGE, turn))
        say(f"{name} .")


def _play(sock: socket.socket, steps: Iterator[Step]) -> None:
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for what, *value in steps:
        match what, *value:
            case "send", bytes() as data:
                sock.sendall(data)
            case "wait", float() as seconds:
                time.sleep(seconds)
            case ("reset",):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            case ("keep",):
                while sock.recv(65536):
                    pass
