"""A forwarder on asyncio's streams: two coroutines for each session.

python forward_streams.py --port 0 --to HOST:PORT
"""

import argparse
import asyncio
import contextlib
import socket

CHUNK = 256 << 10  # bytes read at once, as the reference does


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """All bytes of one direction, then the EOF."""
    while data := await reader.read(CHUNK):
        writer.write(data)
        await writer.drain()
    writer.write_eof()


async def session(
    target: tuple[str, int], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    try:
        # Up to twice this limit is read ahead: with the default of 64 KiB, no more comes at once.
        far_reader, far_writer = await asyncio.open_connection(*target, limit=CHUNK)
    except OSError:
        writer.close()
        return
    for end in writer, far_writer:
        sock = end.get_extra_info("socket")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))
    except ConnectionError:
        writer.transport.abort()
        far_writer.transport.abort()
    except asyncio.CancelledError:
        pass  # the program ends
    finally:
        writer.close()
        far_writer.close()


async def serve(port: int, target: tuple[str, int]) -> None:
    async def call(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await session(target, reader, writer)

    server = await asyncio.start_server(call, "127.0.0.1", port, limit=CHUNK, backlog=4096)
    port = server.sockets[0].getsockname()[1]
    print(f"listening on 127.0.0.1:{port}", flush=True)
    await asyncio.get_running_loop().create_future()  # for ever


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
