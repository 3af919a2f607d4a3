"""file_wrapper and file_dispatcher: pipes, files, anything with a descriptor."""

import errno
import gc
import os
import select
import socket
import tempfile
import warnings
from typing import Any

from .lab import Lab, compat, raised, readable, used


@compat("a wrapper has a descriptor of its own, which lives on its own", [True, True, "b'ab'"])
def a_descriptor_of_its_own(lab: Lab) -> Any:
    inlet, outlet = os.pipe()
    wrapper = lab.asyncore.file_wrapper(inlet)
    os.close(inlet)
    os.write(outlet, b"ab")
    return [wrapper.fd != inlet, wrapper.fileno() == wrapper.fd, str(wrapper.recv(9))]


@compat(
    "read is recv, write is send; both give what the system gives", ["b'ab'", "b'c'", 3, "b'xyz'"]
)
def read_and_write(lab: Lab) -> Any:
    inlet, outlet = os.pipe()
    reader, writer = map(lab.asyncore.file_wrapper, (inlet, outlet))
    os.write(outlet, b"abc")
    first = [str(reader.read(2)), str(reader.recv(9))]
    return [*first, writer.write(b"xy") + writer.send(b"z"), str(os.read(inlet, 9))]


@compat(
    "SO_ERROR is always 0, every other option unknown",
    [0, "NotImplementedError: Only asyncore specific behaviour implemented.",
     "NotImplementedError: Only asyncore specific behaviour implemented."],
)  # fmt: skip
def getsockopt(lab: Lab) -> Any:
    wrapper = lab.asyncore.file_wrapper(os.pipe()[0])
    seen: list[Any] = [wrapper.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)]
    for args in ((socket.SOL_SOCKET, socket.SO_TYPE), (socket.SOL_SOCKET, socket.SO_ERROR, 4)):
        try:
            seen.append(wrapper.getsockopt(*args))
        except NotImplementedError as error:
            seen.append(f"NotImplementedError: {error}")
    return seen


@compat("close() closes once; then every call fails", [-1, False, "none", "OSError"])
def close_a_wrapper(lab: Lab) -> Any:
    wrapper = lab.asyncore.file_wrapper(os.pipe()[0])
    fd = wrapper.fd
    wrapper.close()
    return [wrapper.fd, used(fd), raised(wrapper.close), raised(wrapper.recv, 1)]


@compat("close() of a descriptor that is gone fails once", ["OSError", -1, "none"])
def close_a_wrapper_of_nothing(lab: Lab) -> Any:
    wrapper = lab.asyncore.file_wrapper(os.pipe()[0])
    os.close(wrapper.fd)
    return [raised(wrapper.close), wrapper.fd, raised(wrapper.close)]


@compat(
    "a wrapper that nobody closed says so, and is closed",
    [["ResourceWarning", True, True], False],
)
def an_unclosed_wrapper(lab: Lab) -> Any:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        wrapper = lab.asyncore.file_wrapper(os.pipe()[0])
        fd = wrapper.fd
        text = f"unclosed file {wrapper!r}"
        del wrapper
        gc.collect()
    mine = [one for one in caught if one.category is ResourceWarning]
    told = [mine[0].category.__name__, str(mine[0].message) == text, len(mine) == 1]
    return [told, used(fd)]


def reader_class(lab: Lab) -> Any:
    class Reader(lab.asyncore.file_dispatcher):
        def writable(self) -> bool:
            return False

        def handle_read(self) -> None:
            data = self.recv(4)
            if data:
                lab.log.append(data.decode())

        def handle_close(self) -> None:
            lab.log.append("close")
            self.close()

    return Reader


@compat(
    "a file_dispatcher is connected, does not block, and is in the map by its own descriptor",
    {"connected": True, "blocks": False, "own": True, "in the map": True, "wrapper": True},
)
def a_file_dispatcher(lab: Lab) -> Any:
    inlet, _outlet = os.pipe()
    channel = reader_class(lab)(inlet)
    return {
        "connected": channel.connected,
        "blocks": os.get_blocking(inlet),
        "own": channel._fileno == channel.socket.fd != inlet,
        "in the map": lab.asyncore.socket_map.get(channel._fileno) is channel,
        "wrapper": isinstance(channel.socket, lab.asyncore.file_wrapper),
    }


@compat("a pipe: what comes, in pieces, then the end", ["hell", "o", "close"])
def a_pipe(lab: Lab) -> Any:
    inlet, outlet = os.pipe()
    reader_class(lab)(inlet)
    os.write(outlet, b"hello")
    lab.until(lambda: len(lab.log) == 2)
    os.close(outlet)
    lab.until(lambda: not lab.asyncore.socket_map)
    return lab.log


@compat("a file object will do, and a map of one's own", ["word", 0, 1, True])
def a_file_object(lab: Lab) -> Any:
    inlet, outlet = os.pipe()
    channels: dict[int, Any] = {}
    with open(inlet, "rb", buffering=0) as file:
        reader_class(lab)(file, channels)
        os.write(outlet, b"word")
        lab.until(lambda: lab.log, channels)
        return [*lab.log, len(lab.asyncore.socket_map), len(channels), used(inlet)]


@compat("closing the channel leaves the descriptor that it was made from", [True, "b'x'"])
def the_first_descriptor_stays(lab: Lab) -> Any:
    inlet, outlet = os.pipe()
    reader_class(lab)(inlet).close()
    os.write(outlet, b"x")
    return [used(inlet), str(os.read(inlet, 9))]


@compat("set_file gives the channel another file", ["new"])
def set_file(lab: Lab) -> Any:
    first, second = os.pipe(), os.pipe()
    channel = reader_class(lab)(first[0])
    channel.close()
    channel.set_file(second[0])
    channel.connected = True
    os.write(second[1], b"new")
    readable(second[0])
    lab.round()
    return lab.log


@compat("a regular file is always ready, its end is the end", ["some", "data", "close"])
def a_regular_file(lab: Lab) -> Any:
    with tempfile.TemporaryFile() as file:
        file.write(b"somedata")
        file.flush()
        os.lseek(file.fileno(), 0, os.SEEK_SET)
        reader_class(lab)(file)
        lab.loop(3600)
    return lab.log


@compat("a regular file beside a socket: neither waits for the other", ["file", "socket"])
def a_file_beside_a_socket(lab: Lab) -> Any:
    class Both(lab.quiet()):
        def handle_read(self) -> None:
            lab.log.append("socket")
            self.close()

    class File(lab.asyncore.file_dispatcher):
        def writable(self) -> bool:
            return False

        def handle_read(self) -> None:
            lab.log.append("file")
            self.close()

    near, far = lab.tcp()
    Both(near)
    with tempfile.TemporaryFile() as file:
        File(file)
        lab.round(timeout=3600)
        first = lab.log[:]
        far.send(b"x")
        lab.until(lambda: not lab.asyncore.socket_map)
    return lab.log if first == ["file"] else first


@compat("a file is written through the loop", "b'0123456789'")
def write_to_a_file(lab: Lab) -> Any:
    class Writer(lab.asyncore.file_dispatcher):
        left = b"0123456789"

        def readable(self) -> bool:
            return False

        def writable(self) -> bool:
            return bool(self.left)

        def handle_write(self) -> None:
            sent = self.send(self.left[:4])
            self.left = self.left[sent:]

    inlet, outlet = os.pipe()
    writer = Writer(outlet)
    lab.until(lambda: not writer.left)
    return str(os.read(inlet, 99))


@compat("a pipe that nobody reads: send() gives 0 and calls handle_close", [0, ["close"]])
def a_broken_pipe(lab: Lab) -> Any:
    inlet, outlet = os.pipe()
    channel = reader_class(lab)(outlet)
    os.close(inlet)
    return [channel.send(b"x"), lab.log]


@compat("a full pipe: send() gives 0", [True, 0, []])
def a_full_pipe(lab: Lab) -> Any:
    _inlet, outlet = os.pipe()
    channel = reader_class(lab)(outlet)
    first = channel.send(bytes(1 << 20))
    return [0 < first < 1 << 20, channel.send(b"x"), lab.log]


@compat("an event of urgency on a file is no error", [["expt"], errno.EBADF])
def expt_of_a_file(lab: Lab) -> Any:
    class Urgent(reader_class(lab)):
        def handle_expt(self) -> None:
            lab.log.append("expt")

    channel = Urgent(os.pipe()[0])
    channel.handle_expt_event()
    channel.close()
    try:
        select.select([channel.socket], [], [], 0)
    except ValueError:  # a number of -1
        return [lab.log, errno.EBADF]
    return "still open"
