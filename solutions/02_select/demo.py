"""02 demo: the article's select loop, round by round.

A small cast lives in the same process: somebody acts, then select is asked,
then the program does what the lit lamps call for, and a line tells it all.
L is the listener, A, B and C are clients. Ends by itself.
"""

import errno
import select
import socket
import struct

SCRIPT = [  # what the cast does before each round
    ["A connects"],
    ["B connects", "C connects"],
    [],
    ["B says hi"],
    ["A says one", "C says two"],
    ["B closes"],
    [],
    [],
    [],
    ["C resets"],
    ["A says bye"],
]
ROW = "{:>5}  {:<10}  {:<7}  {:<3}  {}"
PATIENCE = 0.2  # seconds; the article's program waits for ever

inputs = []  # what select is asked about
names = {}  # our end of a connection -> its letter; the listener -> L
cast = {}  # letter -> the client's end
farewells = {}  # our end -> how often it gave b""


def main() -> None:
    print(ROW.format("round", "the cast", "inputs", "lit", "the program"))
    with socket.create_server(("127.0.0.1", 0), backlog=5) as listener:
        inputs.append(listener)
        names[listener] = "L"
        for number, acts in enumerate(SCRIPT, 1):
            for act in acts:
                perform(act, listener)
            show(number, acts)
        for sock in [*inputs, *cast.values()]:
            sock.close()


def show(number: int, acts: list[str]) -> None:
    """One round: ask select, do what the lamps call for, print the row."""
    asked = " ".join(names[sock] for sock in inputs)
    ready, _, _ = select.select(inputs, [], [], PATIENCE)
    deeds = [("-", "nobody is lit: select sleeps")]
    if ready:
        deeds = [deed for sock in ready for deed in handle(sock)]
    for i in range(max(len(acts), len(deeds))):
        act = acts[i] if i < len(acts) else ""
        lit, deed = deeds[i] if i < len(deeds) else ("", "")
        first = (number, act, asked) if i == 0 else ("", act, "")
        print(ROW.format(*first, lit, deed).rstrip())


def handle(sock: socket.socket) -> list[tuple[str, str]]:
    """Do what a lit lamp calls for; returns (lamp, deed) for the table."""
    name = names[sock]
    if name == "L":
        client, (_, port) = sock.accept()
        names[client] = whose(port)
        inputs.append(client)
        return [(name, f"accept() -> {names[client]}")]
    try:
        data = sock.recv(1024)
    except ConnectionResetError:
        return [(name, "recv() -> ConnectionResetError"), *last_words(sock)]
    if data:
        return [(name, f"recv() -> {data}")]
    farewells[sock] = farewells.get(sock, 0) + 1
    if farewells[sock] < 3:
        return [(name, "recv() -> b''  EOF, but left in inputs")]
    drop(sock)
    return [(name, "recv() -> b''  dropped and closed")]


def last_words(sock: socket.socket) -> list[tuple[str, str]]:
    """What the article's program would do for its farewell line."""
    try:
        sock.getpeername()
        found = "getpeername() works"
    except OSError as error:
        found = f"getpeername() -> {errno.errorcode[error.errno]}"
    drop(sock)
    return [("", found), ("", "(the article's program dies here)")]


def drop(sock: socket.socket) -> None:
    inputs.remove(sock)
    sock.close()


def perform(act: str, listener: socket.socket) -> None:
    """Let a member of the cast act, and wait until our lamp has seen it."""
    who, verb, *words = act.split()
    if verb == "connects":
        cast[who] = socket.create_connection(listener.getsockname())
        lamp = listener
    else:
        lamp = next(sock for sock in names if names[sock] == who)
    if verb == "says":
        cast[who].sendall(" ".join(words).encode())
    if verb == "resets":
        linger = struct.pack("ii", 1, 0)  # on, for 0 s: close() sends RST
        cast[who].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    if verb in ("closes", "resets"):
        cast[who].close()
    select.select([lamp], [], [], 5)


def whose(port: int) -> str:
    """The letter of the client with this port."""
    return next(who for who in cast if cast[who].getsockname()[1] == port)


if __name__ == "__main__":
    main()
