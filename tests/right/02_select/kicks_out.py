# passes 02.4
"""Accepts till BlockingIOError, counts at most 1000, kicks out with RST."""

import argparse
import select
import socket
import struct


def serve(listener):
    listener.setblocking(False)
    names = {}
    while True:
        lit = select.select([listener, *names], [], [])[0]
        if listener in lit:
            lit.remove(listener)
            while True:
                try:
                    c, a = listener.accept()
                except BlockingIOError:
                    break
                if len(names) >= 1000:
                    rude = struct.pack("ii", 1, 0)
                    c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, rude)
                    c.close()
                else:
                    names[c] = "{}:{}".format(*a)
                    print("Got connection from", names[c])
        for s in lit:
            try:
                d = s.recv(1)
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
