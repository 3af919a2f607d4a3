# fails 04.2 one_thread extra-threads
"""A thread for each address: all wait at the same time, in a stack each."""

import argparse
import socket
from concurrent.futures import ThreadPoolExecutor


def connect_many(targets: list[str], timeout: float) -> None:
    with ThreadPoolExecutor(len(targets)) as pool:
        for target in targets:
            pool.submit(one, target, timeout)


def one(target: str, timeout: float) -> None:
    host, _, port = target.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout).close()
        print(f"ok {target}\n", end="", flush=True)
    except TimeoutError:
        print(f"timeout {target}\n", end="", flush=True)
    except OSError:
        print(f"refused {target}\n", end="", flush=True)


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
