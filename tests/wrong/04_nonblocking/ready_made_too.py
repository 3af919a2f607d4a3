# fails 04.2 imports forbidden-import
"""Let the standard library connect, wait and give up."""

import argparse
import asyncio


def connect_many(targets: list[str], timeout: float) -> None:
    asyncio.run(everybody(targets, timeout))


async def everybody(targets: list[str], timeout: float) -> None:
    await asyncio.gather(*(one(target, timeout) for target in targets))


async def one(target: str, timeout: float) -> None:
    host, _, port = target.rpartition(":")
    try:
        await asyncio.wait_for(asyncio.open_connection(host, port), timeout)
        print("ok", target)
    except TimeoutError:
        print("timeout", target)
    except OSError:
        print("refused", target)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--timeout", type=float, default=0.5)
    parser.add_argument("target", nargs="+")
    try:
        args = parser.parse_args()
        connect_many(args.target, args.timeout)
    except KeyboardInterrupt:
        pass  # given up before the end


if __name__ == "__main__":
    main()
