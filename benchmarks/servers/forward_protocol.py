"""A forwarder on asyncio's callbacks: a Protocol for each end.

python forward_protocol.py --port 0 --to HOST:PORT
"""

import argparse
import asyncio
import contextlib
import socket


class End(asyncio.Protocol):
    """One end of a session. It is not read before the other end is there."""

    other: "End"
    transport: asyncio.Transport
    heard_all = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        sock = transport.get_extra_info("socket")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def data_received(self, data: bytes) -> None:
        self.other.transport.write(data)

    def eof_received(self) -> bool:
        self.heard_all = True
        if self.other.heard_all:
            self.other.transport.close()
            return False  # closes this one
        self.other.transport.write_eof()
        return True

    def connection_lost(self, error: Exception | None) -> None:
        if error:
            self.other.transport.abort()

    # The valve: the other end is read on when this one has taken most of what it is owed.
    def pause_writing(self) -> None:
        self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        if not self.other.heard_all:
            self.other.transport.resume_reading()


class Near(End):
    """The end of the caller: has the other one opened."""

    def __init__(self, target: tuple[str, int]) -> None:
        self.target = target

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.transport.pause_reading()
        self.opening = asyncio.get_running_loop().create_task(self.open())

    async def open(self) -> None:
        def far() -> End:
            self.other = End()
            self.other.other = self
            return self.other

        try:
            await asyncio.get_running_loop().create_connection(far, *self.target)
        except OSError:
            self.transport.close()
        else:
            self.transport.resume_reading()


async def serve(port: int, target: tuple[str, int]) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Near(target), "127.0.0.1", port, backlog=4096)
    port = server.sockets[0].getsockname()[1]
    print(f"listening on 127.0.0.1:{port}", flush=True)
    await loop.create_future()  # for ever


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--to", required=True, metavar="HOST:PORT")
    args = parser.parse_args()
    host, _, port = args.to.rpartition(":")
    with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C is how it ends
        asyncio.run(serve(args.port, (host, int(port))))


if __name__ == "__main__":
    main()
