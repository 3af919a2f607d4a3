# fails 04.2 together late
"""One after the other, each with a timeout of its own.

Four silent hosts take four times as long as one.
"""

import argparse
import socket


def connect_many(targets: list[str], timeout: float) -> None:
    for target in targets:
        host, _, port = target.rpartition(":")
        try:
            socket.create_connection((host, int(port)), timeout).close()
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
