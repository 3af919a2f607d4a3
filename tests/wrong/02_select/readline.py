# fails 02.1 bytes blocked-in-recv
"""Believed: a client that has begun a line will finish it."""

import argparse
import select
import socket


def serve(listener):
    names, files = {}, {}
    while True:
        for s in select.select([listener, *names], [], [])[0]:
            if s is listener:
                c, (h, p) = s.accept()
                names[c] = f"{h}:{p}"
                files[c] = c.makefile("rb")
                print("Got connection from", names[c])
                continue
            line = files[s].readline()
            if line:
                print(names[s], line)
            else:
                print(names.pop(s), "disconnected")
                files.pop(s).close()
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
