# passes 02.2
"""Only the last ready socket in each round, the rest next time."""

import argparse
import select
import socket


def serve(listener):
    socks, names = [listener], [""]
    while True:
        s = select.select(socks, [], [])[0][-1]
        if s is listener:
            c, (h, p) = s.accept()
            socks.append(c)
            names.append(f"{h}:{p}")
            print(f"Got connection from {h}:{p}")
            continue
        i = socks.index(s)
        try:
            d = s.recv(8192)
        except OSError as why:
            print(f"# {names[i]}: {why}")
            d = b""
        if d:
            print(names[i], d)
        else:
            print(names[i], "disconnected")
            socks.pop(i).close()
            names.pop(i)


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
