# passes 02.3
"""A heap of deadlines with stale entries, which are skipped when they are due.

Nothing is searched: the next deadline is on top. A talker's old entry stays
in the heap and is renewed only when its time comes.
"""

import argparse
import heapq
import select
import socket
import time


class Room:
    def __init__(self, listener: socket.socket, limit: float) -> None:
        self.listener, self.limit = listener, limit
        self.names: dict[socket.socket, str] = {}
        self.heard: dict[socket.socket, float] = {}
        self.due: list[tuple[float, int, socket.socket]] = []
        self.count = 0  # tells entries of equal time apart

    def remember(self, sock: socket.socket, when: float) -> None:
        self.count += 1
        heapq.heappush(self.due, (when, self.count, sock))

    def wait(self) -> float | None:
        return max(0, self.due[0][0] - time.monotonic()) if self.due else None

    def enter(self) -> None:
        sock, (host, port) = self.listener.accept()
        self.names[sock] = f"{host}:{port}"
        self.heard[sock] = time.monotonic()
        self.remember(sock, self.heard[sock] + self.limit)
        print("Got connection from", self.names[sock])

    def leave(self, sock: socket.socket) -> None:
        print(self.names.pop(sock), "disconnected")
        del self.heard[sock]
        sock.close()

    def hear(self, sock: socket.socket) -> None:
        try:
            data = sock.recv(4096)
        except OSError:
            data = b""
        if not data:
            return self.leave(sock)
        self.heard[sock] = time.monotonic()
        print(self.names[sock], data)

    def expire(self) -> None:
        while self.due and self.due[0][0] <= time.monotonic():
            _, _, sock = heapq.heappop(self.due)
            if sock not in self.heard:
                continue
            end = self.heard[sock] + self.limit
            if end <= time.monotonic():
                self.leave(sock)
            else:
                self.remember(sock, end)


def serve(listener: socket.socket, limit: float) -> None:
    room = Room(listener, limit)
    while True:
        inputs = [listener, *room.names]
        for sock in select.select(inputs, [], [], room.wait())[0]:
            room.enter() if sock is listener else room.hear(sock)
        room.expire()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--idle", type=float, default=3.0)
    args = parser.parse_args()
    address = ("127.0.0.1", args.port)
    with socket.create_server(address, backlog=128) as listener:
        try:
            print(f"listening on 127.0.0.1:{listener.getsockname()[1]}")
            serve(listener, args.idle)
        except KeyboardInterrupt:
            pass  # Ctrl-C is how this program ends


if __name__ == "__main__":
    main()
