# fails 03.1 imports forbidden-import
"""Believed that any module which ends up calling poll will do here.

selectors does call it, and hides the mask, the numbers and the unregistering
that this lesson is about.
"""

import argparse
import selectors
import socket


def serve(listener: socket.socket) -> None:
    selector = selectors.PollSelector()
    selector.register(listener, selectors.EVENT_READ)
    while True:
        for key, _ in selector.select():
            if key.fileobj is listener:
                client, (host, port) = listener.accept()
                name = f"{host}:{port}"
                selector.register(client, selectors.EVENT_READ, name)
                print("Got connection from", name)
                continue
            try:
                data = key.fileobj.recv(1024)
            except OSError:
                data = b""
            if data:
                print(key.data, data)
            else:
                selector.unregister(key.fileobj)
                key.fileobj.close()
                print(key.data, "disconnected")


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
