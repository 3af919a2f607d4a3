# passes 09.1 09.2 09.3 09.4
"""One session, two buffers, on the bare dispatcher."""

import argparse
import socket
import struct

import asyncore

FULL = 1 << 18


class Session:
    """`owed[side]` goes to that side: 0 is the caller, 1 the target."""

    def __init__(self, sock, to):
        self.owed = bytearray(), bytearray()
        self.ended = [False, False]  # the side has said all
        self.told = [False, False]  # and the other side knows
        self.sides = [Side(self, 0, sock), Side(self, 1)]
        try:
            self.sides[1].create_socket()
            self.sides[1].connect(to)
        except OSError:
            self.give_up()

    def forward(self, side, data):
        self.owed[1 - side].extend(data)
        self.tell()

    def end_of(self, side):
        self.ended[side] = True
        self.tell()

    def tell(self):
        for side in 0, 1:
            channel = self.sides[1 - side]
            paid = not self.owed[1 - side] and channel.connected
            if self.ended[side] and not self.told[side] and paid:
                self.told[side] = True
                try:
                    channel.socket.shutdown(socket.SHUT_WR)
                except OSError:
                    return self.give_up(rude=True)
        if all(self.told):
            self.give_up()

    def give_up(self, rude=False):
        for one in self.sides:
            if rude and one.connected:
                one.socket.setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
                )
            one.close()


class Side(asyncore.dispatcher):
    def __init__(self, session, number, sock=None):
        self.session, self.number = session, number
        super().__init__(sock)

    def readable(self):
        session = self.session
        full = len(session.owed[1 - self.number]) > FULL
        return not session.ended[self.number] and not full

    def writable(self):
        return not self.connected or bool(self.session.owed[self.number])

    def handle_connect(self):
        self.session.tell()

    def handle_read(self):
        self.session.forward(self.number, self.recv(1 << 16))

    def handle_write(self):
        owed = self.session.owed[self.number]
        del owed[: self.send(owed[: 1 << 16])]
        self.session.tell()

    def handle_eof(self):
        self.session.end_of(self.number)

    def handle_close(self):
        self.session.give_up(rude=True)

    def handle_error(self):
        self.session.give_up(rude=self.connected)


class Listener(asyncore.dispatcher):
    def __init__(self, port, to):
        super().__init__()
        self.to = to
        self.create_socket()
        self.set_reuse_addr()
        self.bind(("127.0.0.1", port))
        self.listen(100)

    def handle_accepted(self, sock, addr):
        Session(sock, self.to)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--to", required=True)
    args = parser.parse_args()
    host, port = args.to.split(":")
    listener = Listener(args.port, (host, int(port)))
    print(f"listening on 127.0.0.1:{listener.socket.getsockname()[1]}")
    try:
        asyncore.loop(None)
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
