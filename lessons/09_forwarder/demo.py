"""Six tests, and what forwarders make of them.

python demo.py [FILE ...]    the article's and the reference; others if named
"""

import socket
import sys
import threading
from pathlib import Path

from stage import ARTICLE, PATIENCE, REFERENCE, Forwarder, Stage, heard, say

DATA = bytes(range(256)) * (8 << 12)  # 8 MiB
NO_END = 12 << 20  # bytes: what the kernels between the two ends take is less
SMALL = 64 << 10  # bytes: a buffer of this size does not grow with the traffic


def verdict(n, size):
    return "ok" if n == size else f"short: {n:>10,}"


def read_at_once(stage):
    """Twenty times at most: one time may go well by chance."""
    for i in range(20):
        data = DATA + bytes(1000 * i)
        with stage.session(lambda sock, data=data: say(sock, data)) as client:
            if (n := heard(client)) != len(data):
                break
    return verdict(n, len(data))


def read_late(stage):
    with stage.session(lambda sock: say(sock, DATA)) as client:
        stage.forwarder.rests()
        return verdict(heard(client), len(DATA))


def half_close(stage):
    asked = threading.Event()

    def answer(sock):
        sock.recv(100)
        asked.set()
        heard(sock)
        say(sock, DATA[:3000])

    with stage.session(answer) as client:
        client.sendall(b"a request")
        asked.wait(PATIENCE)
        client.shutdown(socket.SHUT_WR)
        return verdict(heard(client), 3000)


def never_read(stage):
    sent = 0

    def push(sock):
        nonlocal sent
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SMALL)
        while sent < NO_END:
            sent += sock.send(DATA[:65536])

    with stage.session(push) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
        before = -1
        while before < sent < NO_END:
            before = sent
            stage.forwarder.rests()
    end = "no end" if sent >= NO_END else "ok, stops at"
    return f"{end}: {sent:>10,}"


def refused(path):
    with socket.socket() as nobody:  # its port is taken, and nobody listens
        nobody.bind(("127.0.0.1", 0))
        forwarder = Forwarder(path, nobody.getsockname())
        with socket.create_connection(forwarder.address, PATIENCE) as client:
            result = verdict(heard(client), 0)
    forwarder.kill()
    return result


def through_an_echo(stage):
    def echo(sock):
        while data := sock.recv(65536):
            sock.sendall(data)

    with stage.session(echo) as client:
        sender = threading.Thread(target=say, args=(client, DATA))
        sender.start()
        n = heard(client)
        sender.join()
    return verdict(n, len(DATA))


TESTS = {
    "8 MiB, read at once": read_at_once,
    "8 MiB, read late": read_late,
    "a request, EOF, the reply": half_close,
    "a client that never reads": never_read,
    "a target that refuses": refused,
    "8 MiB through an echo": through_an_echo,
}


def show(name, path):
    print(name)
    stage, passed = Stage(path), 0
    for title, test in TESTS.items():
        result = test(path if test is refused else stage)
        passed += result.startswith("ok")
        print(f"  {title:27}{result}", flush=True)
    stage.forwarder.kill()
    stage.listener.close()
    print(f"  {passed} of {len(TESTS)}")


if __name__ == "__main__":
    show("the article's forwarder", ARTICLE)
    show("the reference", REFERENCE)
    for name in sys.argv[1:]:
        show(name, Path(name).resolve())
