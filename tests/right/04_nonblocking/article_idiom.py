# passes 04.1
"""select, and the article's idiom: a buffer of bytes, sliced as it goes."""

import argparse
import hashlib
import select
import socket


class Channel:
    def __init__(self, sock: socket.socket, data: bytes) -> None:
        sock.setblocking(False)
        self.sock = sock
        self.buffer = data

    def writable(self) -> bool:
        return len(self.buffer) > 0

    def handle_write(self) -> None:
        try:
            sent = self.sock.send(self.buffer)
        except BlockingIOError:
            return
        except OSError:
            self.buffer = b""
            return
        self.buffer = self.buffer[sent:]


def serve(listener: socket.socket, blob: bytes) -> None:
    channels = {}
    while True:
        for sock in [s for s, c in channels.items() if not c.writable()]:
            del channels[sock]
            sock.close()
        ready, room, _ = select.select([listener], channels, [])
        if ready:
            sock, _ = listener.accept()
            channels[sock] = Channel(sock, blob)
        for sock in room:
            channels[sock].handle_write()


def make_blob(size: int, seed: str) -> bytes:
    return hashlib.shake_256(seed.encode()).digest(size)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--size", type=int, default=8 << 20)
    parser.add_argument("--seed", default="looplab")
    args = parser.parse_args()
    blob = make_blob(args.size, args.seed)
    address = ("127.0.0.1", args.port)
    with socket.create_server(address, backlog=128) as listener:
        try:
            print(f"listening on 127.0.0.1:{listener.getsockname()[1]}")
            serve(listener, blob)
        except KeyboardInterrupt:
            pass  # Ctrl-C is how this program ends


if __name__ == "__main__":
    main()
