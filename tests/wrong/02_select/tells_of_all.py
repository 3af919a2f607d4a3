# fails 02.1 interleaved wrong-output
"""Believed: it does no harm to tell of a farewell twice, or of all at once."""

import argparse
import select
import socket


def serve(listener):
    names = {}
    while True:
        for s in select.select([listener, *names], [], [])[0]:
            if s is listener:
                c, (h, p) = s.accept()
                names[c] = f"{h}:{p}"
                print("Got connection from", names[c])
                continue
            data = s.recv(4096)
            if data:
                print(names[s], data)
            else:
                for n in names.values():
                    print(n, "disconnected")
                s.close()
                names.pop(s)


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
