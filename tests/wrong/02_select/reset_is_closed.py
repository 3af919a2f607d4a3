# fails 02.2 descriptors fd-leak
"""Believed: after a reset there is nothing left to close."""

import argparse
import select
import socket


def serve(listener):
    inputs, names = [listener], {}
    while True:
        for s in select.select(inputs, [], [])[0]:
            if s is listener:
                c, (h, p) = s.accept()
                names[c] = f"{h}:{p}"
                inputs.append(c)
                print("Got connection from", names[c])
                continue
            try:
                data = s.recv(4096)
            except OSError:
                print(names[s], "disconnected")
                inputs.remove(s)
                continue
            if data:
                print(names[s], data)
            else:
                print(names.pop(s), "disconnected")
                inputs.remove(s)
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
