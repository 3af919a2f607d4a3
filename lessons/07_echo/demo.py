"""The article's echo server, its rounds shown; client A reads late.

python demo.py    ends by itself
"""

import contextlib
import select
import socket
import time

MIB = 1 << 20
PAYLOAD = bytes(range(256)) * (8 * MIB // 256)
SHOWN = 2 * MIB  # a line each time so many bytes more have been moved


class Echo:
    """The article's handler on asyncore's dispatcher_with_send."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self.sock, self.out_buffer = sock, bytearray()
        self.read = self.taken = 0  # bytes: from A, by the kernel for A
        self.closed = False

    def handle_read(self) -> None:
        data = self.sock.recv(8192)
        if data:
            self.read += len(data)
            self.out_buffer += data
            self.handle_write()
        else:
            say("recv() == b''", self)
            self.close()

    def handle_write(self) -> None:
        with contextlib.suppress(BlockingIOError):  # the kernel is full
            sent = self.sock.send(self.out_buffer[:65536])
            del self.out_buffer[:sent]
            self.taken += sent

    def close(self) -> None:
        say("close()", self)
        self.sock.close()
        self.closed = True


class ClientA:
    """Sends all of PAYLOAD, ends its side, and does not read yet."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.sock = socket.create_connection(address)
        self.sock.setblocking(False)
        self.sent, self.has_ended = 0, False

    def send(self) -> None:
        if self.has_ended:
            return
        with contextlib.suppress(BlockingIOError):
            self.sent += self.sock.send(PAYLOAD[self.sent :][:65536])
        if self.sent == len(PAYLOAD):
            self.has_ended = True
            self.sock.shutdown(socket.SHUT_WR)

    def read_to_the_end(self) -> int:
        self.sock.settimeout(5)
        n = 0
        while data := self.sock.recv(65536):
            n += len(data)
        return n


def rounds(echo: Echo, a: ClientA) -> None:
    """Ask, wait, call; between two rounds A sends what its kernel takes."""
    shown = 0
    while not echo.closed:
        a.send()
        writes = [echo.sock] if echo.out_buffer else []
        reads, writes, _ = select.select([echo.sock], writes, [])
        if reads:
            echo.handle_read()
        if writes and not echo.closed:
            echo.handle_write()
        if echo.read >= shown + SHOWN:
            shown += SHOWN
            say("recv, send", echo)


def say(what: str, echo: Echo) -> None:
    read, taken = megabytes(echo.read), megabytes(echo.taken)
    owed = megabytes(len(echo.out_buffer))
    print(f"{what:14} read {read}   sent {taken}   out_buffer {owed}")


def megabytes(n: int) -> str:
    return f"{round(n / MIB)} MiB"


def main() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        a = ClientA(listener.getsockname())
        echo = Echo(listener.accept()[0])
    print(f"A sends {megabytes(len(PAYLOAD))}, ends its side, does not read")
    rounds(echo, a)
    time.sleep(0.2)  # A dawdles; nothing more happens on the other side
    n = a.read_to_the_end()
    print(f"A reads: {megabytes(n)}, then EOF; no error anywhere")
    print(f"Where did the other {megabytes(len(PAYLOAD) - n)} go?")


if __name__ == "__main__":
    main()
