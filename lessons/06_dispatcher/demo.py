"""A small loop that tells what it does, and the answers to three questions.

python demo.py    ends by itself; clients A and B are played
"""

import select
import socket
import time

map = {}


class Channel:
    """A dispatcher in short. Its predicates say yes, as those of asyncore."""

    def __init__(self, name, sock):
        self.name, self.sock = name, sock
        map[sock.fileno()] = self

    def readable(self):
        return True

    def writable(self):
        return True

    def handle_write(self):
        pass  # it has nothing to write

    def handle_close(self):
        tell("", f"{self.name}.handle_close()")
        self.close()

    def close(self):
        del map[self.sock.fileno()]
        self.sock.close()


class Door(Channel):
    def writable(self):
        return False

    def handle_read(self):
        Guest(callers.pop(0), self.sock.accept()[0])


class Guest(Channel):
    def writable(self):
        return False

    def handle_read(self):
        data = self.sock.recv(1024)
        if not data:
            self.handle_close()
            return
        tell("", f"{self.name} said {data}")
        if data == b"hi" and time.monotonic() - sent_at[self.name] > 0.4:
            tell("", "over 0.4 s ago")
        if data == b"bye":
            self.close()
            tell("", f"{self.name}'s handler has called close()")
        if data == b"nap":
            time.sleep(0.5)
            tell("", f"{self.name}'s handler has slept for 0.5 s")


def one_round(*meanwhile, quiet=False):
    """Ask, wait, call. `meanwhile` is what the clients do during the wait."""
    asked = [(fd, obj.readable(), obj.writable()) for fd, obj in map.items()]
    reads = [fd for fd, reading, _ in asked if reading]
    writes = [fd for fd, _, writing in asked if writing]
    wants = [f"{map[fd].name}: read" for fd in reads]
    wants += [f"{map[fd].name}: write" for fd in writes]
    tell("ask", ", ".join(wants), quiet)
    for act in meanwhile:
        tell("wait", act())
    readable, writable, _ = select.select(reads, writes, [])
    for fd in readable:
        tell("call", f"{map[fd].name}.handle_read()", quiet)
        map[fd].handle_read()
    for fd in writable:
        tell("call", f"{map[fd].name}.handle_write()", quiet)
        map[fd].handle_write()


def tell(what, text, quiet=False):
    if not quiet:
        print(f"{what:6}{text}")


class Client:
    def __init__(self, name, address):
        self.name, self.address = name, address

    def connects(self):
        callers.append(self.name)
        self.sock = socket.create_connection(self.address)
        return f"... {self.name} connects"

    def says(self, data):
        sent_at[self.name] = time.monotonic()
        self.sock.sendall(data)
        return f"... {self.name} sends {data}"

    def leaves(self):
        self.sock.close()
        return f"... {self.name} leaves"


callers, sent_at = [], {}


def play(a, b):
    print("-- A's handler calls close(); B leaves by itself")
    one_round(a.connects)
    one_round(b.connects)
    one_round(lambda: a.says(b"bye"))
    one_round(b.leaves)
    print("-- A's handler sleeps, and B speaks meanwhile")
    one_round(a.connects)
    one_round(b.connects)
    one_round(lambda: a.says(b"nap"), lambda: b.says(b"hi"))
    print("-- a channel that never says that it has nothing to write")
    mine, _peer = socket.socketpair()
    Channel("idle", mine)
    one_round()
    used, rounds = time.process_time(), 1
    while rounds < 10_000 and time.process_time() - used < 2:
        one_round(quiet=True)
        rounds += 1
    tell("", f"... {rounds} such rounds in less than 2 s of CPU; 0 bytes sent")


if __name__ == "__main__":
    with socket.create_server(("127.0.0.1", 0)) as listener:
        Door("door", listener)
        play(*(Client(name, listener.getsockname()) for name in "AB"))
