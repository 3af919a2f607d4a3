# passes 02.3
"""Whole milliseconds, rounded up, an int clock, wakes at least every 5 s."""

import argparse
import math
import select
import socket
import time


def ms():
    return time.monotonic_ns() // 1_000_000


def serve(listener, limit):
    allowed = math.ceil(limit * 1000)
    listener.setblocking(False)
    table = {}
    while True:
        wait = 5000
        for since, _ in table.values():
            wait = min(wait, since + allowed - ms())
        wait = max(wait, 0) / 1000
        ready = select.select([listener, *table], [], [], wait)[0]
        if listener in ready:
            try:
                while True:
                    c, a = listener.accept()
                    c.settimeout(0)
                    table[c] = ms(), "{}:{}".format(*a)
                    print("Got connection from {}:{}".format(*a))
            except BlockingIOError:
                pass
        for s, (since, name) in list(table.items()):
            gone = False
            if s in ready:
                try:
                    d = s.recv(3)
                    gone = not d
                    if d:
                        print(name, d)
                        table[s] = ms(), name
                        continue
                except BlockingIOError:
                    continue
                except OSError:
                    gone = True
            if gone or ms() - since >= allowed:
                print(name, "disconnected")
                s.close()
                del table[s]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--idle", type=float, default=3.0)
    args = parser.parse_args()
    address = ("127.0.0.1", args.port)
    with socket.create_server(address, backlog=128) as listener:
        try:
            print(f"listening on 127.0.0.1:{listener.getsockname()[1]}")
            serve(listener, args.idle)
        except KeyboardInterrupt:
            pass  # Ctrl-C is how this program ends


if __name__ == "__main__":
    main()
