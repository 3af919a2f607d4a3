# fails 02.1 bytes blocked-in-recv
"""Believed: a full buffer means that there is more, so read on."""

import argparse
import select
import socket


def read_all(s):
    data = b""
    while True:
        part = s.recv(1024)
        data += part
        if len(part) < 1024:
            return data


def serve(listener):
    names = {}
    while True:
        for s in select.select([listener, *names], [], [])[0]:
            if s is listener:
                c, (h, p) = s.accept()
                names[c] = f"{h}:{p}"
                print("Got connection from", names[c])
                continue
            data = read_all(s)
            if data:
                print(names[s], data)
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
