# passes 09.1 09.2 09.3 09.4
"""No engine: poll, and a pipe for each direction."""

import argparse
import contextlib
import select
import socket
import struct

poller = select.poll()
ends = {}  # fd: (socket, the pipe that it feeds, the pipe that feeds it)
LIMIT = 300_000


class Pipe:
    """From one socket to another: `tank` holds what is on its way."""

    def __init__(self, source, sink):
        self.source, self.sink = source, sink
        self.tank, self.at_end, self.done = bytearray(), False, False

    def fill(self):
        if data := self.source.recv(65536):
            self.tank += data
        else:
            self.at_end = True

    def empty(self):
        with contextlib.suppress(BlockingIOError):
            while self.tank:
                del self.tank[: self.sink.send(self.tank[:65536])]
        if self.at_end and not self.tank and not self.done:
            self.done = True
            self.sink.shutdown(socket.SHUT_WR)

    def wants(self):
        """What it waits for: at its source, at its sink."""
        full = self.at_end or len(self.tank) > LIMIT
        owes = self.tank or (self.at_end and not self.done)
        return not full and select.POLLIN, owes and select.POLLOUT


def open_session(near, to):
    far = socket.socket()
    for one in near, far:
        one.setblocking(False)
    far.connect_ex(to)
    out, back = Pipe(near, far), Pipe(far, near)
    ends[near.fileno()] = near, out, back
    ends[far.fileno()] = far, back, out
    ask(out, back)


def ask(out, back):
    wishes = out.wants(), back.wants()
    poller.register(out.source, (wishes[0][0] or 0) | (wishes[1][1] or 0))
    poller.register(out.sink, (wishes[1][0] or 0) | (wishes[0][1] or 0))


def close(pipe, rude):
    for one in pipe.source, pipe.sink:
        if rude:
            linger = struct.pack("ii", 1, 0)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        poller.unregister(one)
        del ends[one.fileno()]
        one.close()


def serve(fd, events):
    sock, feeds, fed = ends[fd]
    try:
        if events & select.POLLERR:
            error = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            raise OSError(error, "broken")
        if events & (select.POLLIN | select.POLLHUP) and feeds.wants()[0]:
            feeds.fill()
        feeds.empty()
        fed.empty()
    except BlockingIOError:
        pass
    except ConnectionRefusedError:
        return close(feeds, rude=False)
    except OSError:
        return close(feeds, rude=True)
    if feeds.done and fed.done:
        return close(feeds, rude=False)
    ask(feeds, fed)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--to", required=True)
    args = parser.parse_args()
    host, port = args.to.split(":")
    listener = socket.create_server(("127.0.0.1", args.port), backlog=200)
    listener.setblocking(False)
    poller.register(listener, select.POLLIN)
    print(f"listening on 127.0.0.1:{listener.getsockname()[1]}", flush=True)
    while True:
        for fd, events in poller.poll():
            if fd == listener.fileno():
                with contextlib.suppress(OSError):
                    open_session(listener.accept()[0], (host, int(port)))
            elif fd in ends:
                serve(fd, events)


with contextlib.suppress(KeyboardInterrupt):
    main()
