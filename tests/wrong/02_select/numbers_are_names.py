# fails 02.1 one_client wrong-output
"""Believed: a descriptor number belongs to one client for ever."""

import argparse
import select
import socket


def serve(listener):
    names, socks = {}, [listener]
    while True:
        for s in select.select(socks, [], [])[0]:
            if s is listener:
                c, (h, p) = s.accept()
                names.setdefault(c.fileno(), f"{h}:{p}")
                socks.append(c)
                print(f"Got connection from {h}:{p}")
                continue
            data = s.recv(4096)
            if data:
                print(names[s.fileno()], data)
            else:
                print(names[s.fileno()], "disconnected")
                socks.remove(s)
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
