# passes 03.3
"""Try except around every thing; raises in steps; drains."""

import argparse
import resource
import select
import socket


def raise_limit():
    for n in (1500, 2000, 3000, 4096):
        try:
            hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
            resource.setrlimit(resource.RLIMIT_NOFILE, (n, hard))
        except (ValueError, OSError):
            break


class S:
    def __init__(self, listener):
        self.l = listener
        self.l.setblocking(False)
        self.p = select.poll()
        self.p.register(listener, select.POLLIN)
        self.c = {}

    def loop(self):
        while True:
            for fd, _ev in self.p.poll():
                if fd == self.l.fileno():
                    self.accept()
                else:
                    self.read(fd)

    def accept(self):
        try:
            while True:
                s, a = self.l.accept()
                s.setblocking(False)
                self.c[s.fileno()] = s, f"{a[0]}:{a[1]}"
                self.p.register(s, select.POLLIN)
                print("Got connection from", self.c[s.fileno()][1])
        except BlockingIOError:
            pass

    def read(self, fd):
        s, n = self.c[fd]
        try:
            while d := s.recv(1):
                print(n, d)
        except BlockingIOError:
            return
        except OSError:
            pass
        print(n, "disconnected")
        self.p.unregister(fd)
        s.close()
        del self.c[fd]


def serve(listener):
    S(listener).loop()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    args = parser.parse_args()
    raise_limit()
    address = ("127.0.0.1", args.port)
    with socket.create_server(address, backlog=512) as listener:
        try:
            print(f"listening on 127.0.0.1:{listener.getsockname()[1]}")
            serve(listener)
        except KeyboardInterrupt:
            pass  # Ctrl-C is how this program ends


if __name__ == "__main__":
    main()
