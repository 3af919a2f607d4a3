# fails 02.3 idle naps
"""Believed: a nap of ten milliseconds is no sleep."""

import argparse
import select
import socket
import time


def serve(listener, limit):
    names, ends = {}, {}
    while True:
        for s in select.select([listener, *names], [], [], 0)[0]:
            if s is listener:
                c, (h, p) = s.accept()
                names[c] = f"{h}:{p}"
                ends[c] = time.monotonic() + limit
                print("Got connection from", names[c])
                continue
            data = s.recv(4096)
            if data:
                print(names[s], data)
                ends[s] = time.monotonic() + limit
            else:
                print(names.pop(s), "disconnected")
                del ends[s]
                s.close()
        for s in [s for s in ends if ends[s] < time.monotonic()]:
            print(names.pop(s), "disconnected")
            del ends[s]
            s.close()
        time.sleep(0.01)


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
