# fails 02.1 imports forbidden-import
"""Believed: what is not named in an import statement is not imported."""

import argparse
import importlib
import socket

aio = importlib.import_module("asyncio")


async def talk(r, w):
    h, p = w.get_extra_info("peername")
    print(f"Got connection from {h}:{p}")
    while data := await r.read(4096):
        print(f"{h}:{p} {data}")
    print(f"{h}:{p} disconnected")
    w.close()


def serve(listener):
    async def run():
        server = await aio.start_server(talk, sock=listener)
        await server.serve_forever()
    aio.run(run())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    args = parser.parse_args()
    address = ("127.0.0.1", args.port)
    with socket.create_server(address, backlog=128) as listener:
        try:
            print(f"listening on 127.0.0.1:{listener.getsockname()[1]}")
            serve(listener)
        except KeyboardInterrupt:
            pass  # Ctrl-C is how this program ends


if __name__ == "__main__":
    main()
