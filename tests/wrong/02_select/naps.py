# fails 02.1 idle naps
"""Believed: a hundred looks a second cost nothing, so no select is needed."""

import argparse
import socket
import time


def serve(listener):
    listener.setblocking(False)
    names = {}
    while True:
        try:
            c, (h, p) = listener.accept()
            c.setblocking(False)
            names[c] = f"{h}:{p}"
            print("Got connection from", names[c])
        except BlockingIOError:
            pass
        for s in list(names):
            try:
                data = s.recv(4096)
            except BlockingIOError:
                continue
            if data:
                print(names[s], data)
            else:
                print(names.pop(s), "disconnected")
                s.close()
        time.sleep(0.01)


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
