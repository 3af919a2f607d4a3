# passes 03.2
"""Three dictionaries and no class; greets right after accept, then only reads.

Each guest has a deadline of its own in recv, which poll makes superfluous, and
is asked about PRI as well, which nobody sends.
"""

import argparse
import select
import socket

HELLO = b"Thank you for connecting ."


def serve(listener: socket.socket) -> None:
    polled = select.poll()
    polled.register(listener.fileno(), select.POLLIN)
    socks, names, totals = {}, {}, {}
    while True:
        for fd, _ in polled.poll():
            if fd not in socks:
                sock, peer = listener.accept()
                sock.settimeout(5)
                fd = sock.fileno()
                socks[fd], names[fd], totals[fd] = sock, peer, 0
                polled.register(fd, select.POLLIN | select.POLLPRI)
                try:
                    sock.sendall(HELLO)
                    sock.shutdown(socket.SHUT_WR)
                except OSError:
                    pass
                continue
            try:
                n = len(socks[fd].recv(1 << 20))
            except OSError:
                n = 0
            totals[fd] += n
            if n == 0:
                host, port = names.pop(fd)
                print(f"{host}:{port} total {totals.pop(fd)}")
                polled.unregister(fd)
                socks.pop(fd).close()


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
