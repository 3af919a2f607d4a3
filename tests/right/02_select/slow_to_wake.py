# passes 02.4
"""Right, and slow to wake: a round begins with 50 ms of bookkeeping."""

import argparse
import select
import socket
import time


def serve(listener):
    names = {}
    while True:
        lit = select.select([listener, *names], [], [])[0]
        if len(names) > 1000 and listener not in lit:
            time.sleep(0.05)  # an fsync of the log, say
            lit = select.select([listener, *names], [], [])[0]
        for s in lit:
            if s is listener:
                c, (h, p) = s.accept()
                if c.fileno() >= 1024:
                    c.close()
                    continue
                names[c] = f"{h}:{p}"
                print("Got connection from", names[c])
                continue
            try:
                d = s.recv(4096)
            except OSError:
                d = b""
            if d:
                print(names[s], d)
            else:
                print(names.pop(s), "disconnected")
                s.close()


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
