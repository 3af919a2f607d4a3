# passes 03.1
"""Generators by fd, one byte a time, RDHUP wanted too."""

import argparse
import select
import socket

IN = select.POLLIN | select.POLLRDHUP


def talk(sock, name):
    print("Got connection from", name)
    try:
        while d := (yield) and sock.recv(1):
            print(name, d)
    except OSError:
        pass
    print(name, "disconnected")


def serve(listener):
    p = select.poll()
    p.register(listener, select.POLLIN)
    tasks = {}
    while True:
        for fd, _ in p.poll():
            if fd == listener.fileno():
                s, (h, n) = listener.accept()
                t = talk(s, f"{h}:{n}")
                next(t)
                tasks[s.fileno()] = s, t
                p.register(s.fileno(), IN)
            else:
                s, t = tasks[fd]
                try:
                    t.send(True)
                except StopIteration:
                    p.unregister(fd)
                    tasks.pop(fd)
                    s.close()


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
