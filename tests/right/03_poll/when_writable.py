# passes 03.2
"""Non-blocking, greets when writable, drains till BlockingIOError."""

import argparse
import select
import socket


class Guest:
    def __init__(self, sock, addr, poller):
        self.sock, self.name, self.total = sock, "{}:{}".format(*addr), 0
        self.out = bytearray(b"Thank you for connecting .")
        self.poller = poller
        sock.setblocking(False)
        poller.register(sock, select.POLLIN | select.POLLOUT)

    def event(self, mask):
        if self.out and mask & select.POLLOUT:
            try:
                del self.out[: self.sock.send(self.out)]
                if not self.out:
                    self.sock.shutdown(socket.SHUT_WR)
            except OSError:
                self.out.clear()
        if not self.out:
            self.poller.modify(self.sock, select.POLLIN)
        while mask & ~select.POLLOUT:
            try:
                data = self.sock.recv(4096)
            except BlockingIOError:
                return True
            except OSError:
                return False
            if not data:
                return False
            self.total += len(data)
        return True


def serve(listener):
    p = select.poll()
    p.register(listener, select.POLLIN)
    guests = {}
    while True:
        for fd, mask in p.poll():
            if fd == listener.fileno():
                s, a = listener.accept()
                guests[s.fileno()] = Guest(s, a, p)
            elif not guests[fd].event(mask):
                one = guests.pop(fd)
                p.unregister(fd)
                print(one.name, "total", one.total)
                one.sock.close()


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
