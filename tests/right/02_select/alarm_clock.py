# passes 02.3
"""A timer signal writes into a pipe that select watches: no timeout at all."""

import argparse
import select
import signal
import socket
import time


def serve(listener, limit):
    r, w = socket.socketpair()
    r.setblocking(False)
    w.setblocking(False)
    signal.set_wakeup_fd(w.fileno())
    signal.signal(signal.SIGALRM, lambda *a: None)
    names, ends = {}, {}

    def arm():
        if ends:
            left = max(0.001, min(ends.values()) - time.monotonic())
            signal.setitimer(signal.ITIMER_REAL, left)

    def drop(s):
        print(names.pop(s), "disconnected")
        del ends[s]
        s.close()

    while True:
        arm()
        for s in select.select([listener, r, *names], [], [])[0]:
            if s is listener:
                c, (h, p) = s.accept()
                names[c] = f"{h}:{p}"
                print("Got connection from", names[c])
                ends[c] = time.monotonic() + limit
            elif s is r:
                r.recv(100)
            else:
                try:
                    d = s.recv(4096)
                except OSError:
                    d = b""
                if d:
                    print(names[s], d)
                    ends[s] = time.monotonic() + limit
                else:
                    drop(s)
        now = time.monotonic()
        for s in [s for s in ends if ends[s] <= now]:
            drop(s)


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
