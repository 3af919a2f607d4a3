"""What ends the article's client? Its rounds, shown, with an origin that sends
the page at once and closes one second later.

python alive.py    ends by itself
"""

import select
import socket
import threading
import time

ANSWER = b"HTTP/1.0 200 OK\r\nContent-Length: 6\r\n\r\nhello\n"
socket_map = {}


class http_client:
    """The article's, with the little of asyncore that it needs."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.sock = socket.create_connection(address)
        self.sock.setblocking(False)
        self.buffer = b"GET / HTTP/1.0\r\n\r\n"
        socket_map[self.sock] = self

    def handle_close(self) -> None:
        say("handle_close(): the channel leaves the map")
        del socket_map[self.sock]
        self.sock.close()

    def handle_read(self) -> None:
        data = self.sock.recv(8192)
        if data:
            say(f"recv() == {len(data)} bytes, the whole page")
        else:
            say("recv() == b'': the origin has closed")
            self.handle_close()  # as asyncore's recv does

    def writable(self) -> bool:
        return len(self.buffer) > 0

    def handle_write(self) -> None:
        sent = self.sock.send(self.buffer)
        self.buffer = self.buffer[sent:]
        say(f"send() == {sent}, the whole request")


def loop() -> None:
    """Ask, wait, call, while the map holds anybody."""
    while socket_map:
        writing = [s for s, one in socket_map.items() if one.writable()]
        reads, writes, _ = select.select(list(socket_map), writing, [], 0.5)
        if not reads and not writes:
            writable = [one.writable() for one in socket_map.values()]
            n = len(socket_map)
            say(f"nothing happens; in the map: {n}, writable(): {writable}")
        for sock in writes:
            socket_map[sock].handle_write()
        for sock in reads:
            socket_map[sock].handle_read()


def origin(listener: socket.socket) -> None:
    sock, _ = listener.accept()
    sock.recv(8192)
    sock.sendall(ANSWER)
    time.sleep(1.25)
    sock.close()


def say(what: str) -> None:
    print(f"{(time.monotonic() - began) // 0.25 / 4:.2f} s  {what}")


if __name__ == "__main__":
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=origin, args=[listener], daemon=True).start()
        began = time.monotonic()
        http_client(listener.getsockname())
        loop()
        say("the map is empty: loop() returns")
