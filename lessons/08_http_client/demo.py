"""Three pages of a slow origin: one after the other, then on one loop.

python demo.py    ends by itself
"""

import select
import socket
import threading
import time

PAGES = "/one", "/two", "/three"
REQUEST = "GET {} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n"
ANSWER = b"HTTP/1.0 200 OK\r\nContent-Length: 6\r\n\r\nhello\n"


def origin(listener: socket.socket) -> None:
    """Each page takes half a second to begin."""
    while True:
        sock, _ = listener.accept()
        threading.Thread(target=answer, args=[sock], daemon=True).start()


def answer(sock: socket.socket) -> None:
    sock.recv(8192)
    time.sleep(0.5)
    sock.sendall(ANSWER)
    sock.close()


def in_turn(address: tuple[str, int]) -> None:
    """The next page is asked for when the one before has come."""
    for page in PAGES:
        sock = socket.create_connection(address)
        sock.sendall(REQUEST.format(page).encode())
        while sock.recv(8192):
            pass
        say(page, "has come")
        sock.close()


def on_one_loop(address: tuple[str, int]) -> None:
    """All are asked for, and one select waits for all."""
    sending, reading = {}, {}
    for page in PAGES:
        sock = socket.socket()
        sock.setblocking(False)
        sock.connect_ex(address)  # begun: it ends as a write event
        sending[sock] = page
        say(page, "connecting")
    came = {}
    while sending or reading:
        reads, writes, _ = select.select(list(reading), list(sending), [])
        for sock in writes:
            reading[sock] = page = sending.pop(sock)
            sock.send(REQUEST.format(page).encode())
            say(page, "asked for")
        for sock in reads:
            if not sock.recv(8192):
                came[reading.pop(sock)] = time.monotonic()
                sock.close()
    for page in PAGES:
        say(page, "has come", came[page])


def say(page: str, what: str, when: float = 0) -> None:
    took = (when or time.monotonic()) - began
    print(f"{round(took * 2) / 2:.1f} s  {page:7} {what}")  # to half a second


if __name__ == "__main__":
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=origin, args=[listener], daemon=True).start()
        for way in in_turn, on_one_loop:
            print(way.__name__)
            began = time.monotonic()
            way(listener.getsockname())
