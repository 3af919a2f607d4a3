# fails 04.1 imports forbidden-import
"""Let the standard library's loop keep what the kernel did not take."""

import argparse
import asyncio
import hashlib
import socket


def serve(listener: socket.socket, blob: bytes) -> None:
    asyncio.run(forever(listener, blob))


async def forever(listener: socket.socket, blob: bytes) -> None:
    async def push(reader, writer) -> None:
        writer.write(blob)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(push, sock=listener) as server:
        await server.serve_forever()


def make_blob(size: int, seed: str) -> bytes:
    return hashlib.shake_256(seed.encode()).digest(size)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--size", type=int, default=8 << 20)
    parser.add_argument("--seed", default="looplab")
    args = parser.parse_args()
    blob = make_blob(args.size, args.seed)
    address = ("127.0.0.1", args.port)
    with socket.create_server(address, backlog=128) as listener:
        try:
            print(f"listening on 127.0.0.1:{listener.getsockname()[1]}")
            serve(listener, blob)
        except KeyboardInterrupt:
            pass  # Ctrl-C is how this program ends


if __name__ == "__main__":
    main()
