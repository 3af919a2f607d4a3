# passes 03.1
"""Takes interest away with modify(0) after EOF and buries at round's end."""

import argparse
import select
import socket


class Poller:
    def __init__(self):
        self.p, self.known = select.poll(), {}

    def want(self, sock, what):
        if sock.fileno() in self.known:
            self.p.modify(sock, what)
        else:
            self.p.register(sock, what)
        self.known[sock.fileno()] = sock

    def drop(self, sock):
        self.p.unregister(sock)
        del self.known[sock.fileno()]

    def lit(self):
        return [(self.known[fd], ev) for fd, ev in self.p.poll(-1)]


def serve(listener):
    p, name = Poller(), {}
    p.want(listener, select.POLLIN)
    while True:
        dead = []
        for s, _ev in p.lit():
            if s is listener:
                c, (h, n) = s.accept()
                name[c] = f"{h}:{n}"
                print("Got connection from", name[c])
                p.want(c, select.POLLIN)
                continue
            try:
                d = s.recv(1 << 20)
            except OSError:
                d = b""
            if d:
                print(name[s], d)
            else:
                p.want(s, 0)
                dead.append(s)
        for s in dead:
            p.drop(s)
            print(name.pop(s), "disconnected")
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
