# fails 03.3 many crashed
"""Believed that poll was all it takes to pass 1,024.

poll takes any number, but the process may have only 1,024 of them: the next
accept raises EMFILE.
"""

import argparse
import resource
import select
import socket


def raise_limit() -> None:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert soft > 0


def serve(listener: socket.socket) -> None:
    poller = select.poll()
    poller.register(listener, select.POLLIN)
    clients = {}
    while True:
        for fd, _ in poller.poll():
            if fd == listener.fileno():
                client, (host, port) = listener.accept()
                clients[client.fileno()] = client, f"{host}:{port}"
                poller.register(client, select.POLLIN)
                print("Got connection from", f"{host}:{port}")
                continue
            sock, name = clients[fd]
            data = receive(sock)
            if data:
                print(name, data)
            else:
                poller.unregister(fd)
                del clients[fd]
                sock.close()
                print(name, "disconnected")


def receive(sock: socket.socket) -> bytes:
    try:
        return sock.recv(4096)
    except OSError:
        return b""


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
