# passes 04.2
"""Calls connect_ex once more: it tells how the first call ended."""

import argparse
import errno
import select
import socket
import time


class Knock:
    def __init__(self, target: str) -> None:
        host, port = target.rsplit(":", 1)
        self.target, self.address = target, (host, int(port))
        self.sock = socket.socket()
        self.sock.setblocking(False)
        self.result = self.ask()

    def ask(self) -> str:
        error = self.sock.connect_ex(self.address)
        if error in (errno.EINPROGRESS, errno.EALREADY):
            return ""
        return "ok" if error in (0, errno.EISCONN) else "refused"

    def tell(self, result: str) -> None:
        print(result, self.target)
        self.sock.close()


def connect_many(targets: list[str], timeout: float) -> None:
    end = time.monotonic() + timeout
    knocks = [Knock(target) for target in targets]
    while knocks:
        for knock in knocks:
            if knock.result:
                knock.tell(knock.result)
        knocks = [knock for knock in knocks if not knock.result]
        if not knocks or time.monotonic() >= end:
            break
        poller = select.poll()
        for knock in knocks:
            poller.register(knock.sock, select.POLLOUT)
        lit = dict(poller.poll(max(0, (end - time.monotonic()) * 1000)))
        for knock in knocks:
            if knock.sock.fileno() in lit:
                knock.result = knock.ask()
    for knock in knocks:
        knock.tell("timeout")


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
