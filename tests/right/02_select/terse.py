# passes 02.1
"""As short as it gets: everyone is in one dictionary, the listener as None."""

import argparse
import select
import socket


def serve(listener: socket.socket) -> None:
    who = {listener: None}
    while True:
        for s in select.select(who, [], [])[0]:
            if s is listener:
                c, a = s.accept()
                who[c] = f"{a[0]}:{a[1]}"
                print("Got connection from", who[c])
            elif data := s.recv(9):
                print(who[s], data)
            else:
                print(who.pop(s), "disconnected")
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
