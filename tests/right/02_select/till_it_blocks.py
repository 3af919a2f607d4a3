# passes 02.1
"""Non-blocking: accepts and reads till BlockingIOError, 1 MB at a time."""

import argparse
import select
import signal
import socket


class Server:
    def __init__(self, listener):
        self.listener = listener
        listener.settimeout(0)
        self.clients = []
        self.wake, w = socket.socketpair()
        w.setblocking(False)
        self.w = w
        self.stop = False
        signal.signal(signal.SIGINT, self.on_int)
        signal.set_wakeup_fd(w.fileno())

    def on_int(self, *a):
        self.stop = True

    def run(self):
        while not self.stop:
            lot = [self.wake, self.listener, *(c[0] for c in self.clients)]
            r, _, _ = select.select(lot, [], [], 30)
            if self.listener in r:
                self.accept_all()
            for entry in list(self.clients):
                if entry[0] in r:
                    self.read_all(entry)
        for s, _ in self.clients:
            s.close()
        self.listener.close()

    def accept_all(self):
        while True:
            try:
                s, a = self.listener.accept()
            except BlockingIOError:
                return
            s.setblocking(False)
            self.clients.append((s, a))
            print("Got connection from {}:{}".format(*a))

    def read_all(self, entry):
        s, a = entry
        while True:
            try:
                d = s.recv(1 << 20)
            except BlockingIOError:
                return
            except OSError:
                d = b""
            if not d:
                print("{}:{} disconnected".format(*a))
                s.close()
                self.clients.remove(entry)
                return
            print("{}:{} {}".format(*a, d))


def serve(listener):
    Server(listener).run()


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
