# fails 02.2 reset stuck
"""Believed: a server that falls over can be started again."""

import argparse
import select
import socket


def loop(listener, inputs):
    while True:
        for s in select.select(inputs, [], [])[0]:
            if s is listener:
                c, (h, p) = s.accept()
                inputs.append(c)
                print(f"Got connection from {h}:{p}")
                continue
            data = s.recv(4096)
            h, p = s.getpeername()
            if data:
                print(f"{h}:{p} {data}")
            else:
                print(f"{h}:{p} disconnected")
                inputs.remove(s)
                s.close()


def serve(listener):
    inputs = [listener]
    while True:
        try:
            loop(listener, inputs)
        except OSError:
            for s in inputs[1:]:
                s.close()
            inputs = [listener]


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
