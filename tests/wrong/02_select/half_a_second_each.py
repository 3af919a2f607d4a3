# fails 02.1 two_clients late
"""Believed: a select of half a second a client is fair to all."""

import argparse
import socket


def serve(listener):
    listener.settimeout(0.5)
    names = {}
    while True:
        try:
            c, (h, p) = listener.accept()
            c.settimeout(0.5)
            names[c] = f"{h}:{p}"
            print("Got connection from", names[c])
        except TimeoutError:
            pass
        for s in list(names):
            try:
                data = s.recv(4096)
            except TimeoutError:
                continue
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
