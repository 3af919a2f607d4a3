"""The if and else of lesson 03 become an event loop, in four steps.

python steps.py    plays one scene to each step; ends by itself
"""

import select
import socket


class Over(Exception):
    """The scene has been played to its last line."""


class Guest:
    """Steps 1 to 4: what is known of a client is an object."""

    def __init__(self, sock, name):
        self.sock, self.name = sock, name

    # Step 2: what is to be done about it, too.
    def handle_read(self, map):
        if data := self.sock.recv(1024):
            say(f"{self.name} {data}")
        else:
            del map[self.sock.fileno()]
            self.sock.close()
            say(f"{self.name} disconnected")

    # Step 3: and whether it wants to hear of anything.
    def readable(self):
        return True


class Door:
    """The listener, which is lit for another reason."""

    def __init__(self, sock):
        self.sock = sock

    def handle_read(self, map):
        guest = Guest(self.sock.accept()[0], next_name())
        map[guest.sock.fileno()] = guest
        say(f"Got connection from {guest.name}")

    def readable(self):
        return True


def step_0(door):
    """Lesson 03: who is lit, and what that means, in one place."""
    clients = {door.sock: ""}
    while True:
        for sock in select.select(list(clients), [], [])[0]:
            if sock is door.sock:
                client, _ = sock.accept()
                clients[client] = next_name()
                say(f"Got connection from {clients[client]}")
            elif data := sock.recv(1024):
                say(f"{clients[sock]} {data}")
            else:
                say(f"{clients.pop(sock)} disconnected")
                sock.close()


def step_1(door):
    """A dictionary: number -> object."""
    map = {door.sock.fileno(): door}
    while True:
        for fd in select.select(list(map), [], [])[0]:
            if fd == door.sock.fileno():
                guest = Guest(door.sock.accept()[0], next_name())
                map[guest.sock.fileno()] = guest
                say(f"Got connection from {guest.name}")
            elif data := map[fd].sock.recv(1024):
                say(f"{map[fd].name} {data}")
            else:
                guest = map.pop(fd)
                guest.sock.close()
                say(f"{guest.name} disconnected")


def step_2(door):
    """No if, no else: whoever is lit knows what that means."""
    map = {door.sock.fileno(): door}
    while True:
        for fd in select.select(list(map), [], [])[0]:
            map[fd].handle_read(map)


def step_3(door):
    """Before each wait, everyone is asked."""
    map = {door.sock.fileno(): door}
    while True:
        asked = [fd for fd, obj in map.items() if obj.readable()]
        for fd in select.select(asked, [], [])[0]:
            map[fd].handle_read(map)


def step_4(door):
    """What is left knows of no logger, and ends when nobody is left."""
    loop({door.sock.fileno(): door})


def loop(map):
    while map:
        asked = [fd for fd, obj in map.items() if obj.readable()]
        for fd in select.select(asked, [], [])[0]:
            map[fd].handle_read(map)


def play(step):
    """A and B connect and speak, A leaves. All of it waits in the kernel."""
    print(f"-- {step.__name__}: {step.__doc__}")
    names[:], lines[:] = ["A", "B"], [5]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        a = socket.create_connection(listener.getsockname())
        b = socket.create_connection(listener.getsockname())
        a.sendall(b"hello\n")
        b.sendall(b"hi\n")
        a.shutdown(socket.SHUT_WR)
        try:
            step(Door(listener))
        except Over:
            a.close()
            b.close()


names: list[str] = []
lines: list[int] = []


def next_name():
    return names.pop(0)


def say(line):
    print(line)
    lines[0] -= 1
    if not lines[0]:
        raise Over


if __name__ == "__main__":
    for step in (step_0, step_1, step_2, step_3, step_4):
        play(step)
