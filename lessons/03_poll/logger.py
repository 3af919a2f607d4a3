"""The article's poll server: its author believed that it logs every client.

Then he tried it with Telnet: what he typed was not shown, nor that he left. He
said so in the article. Only its syntax is of today; it behaves as his did.

python logger.py --port 0    prints a line for every event; Ctrl-C ends it
"""

import argparse
import select
import socket


def serve(listener: socket.socket) -> None:
    fdmap = {listener.fileno(): listener}
    poller = select.poll()
    poller.register(listener)
    while True:
        for fd, event in poller.poll():
            if fd in fdmap:
                client, (host, port) = listener.accept()
                print("Got connection from", f"{host}:{port}")
                poller.register(client)
                fdmap[client.fileno()] = client
            elif event & select.POLLIN:
                data = fdmap[fd].recv(1024)
                host, port = fdmap[fd].getpeername()
                if not data:
                    print(f"{host}:{port}", "disconnected")
                    poller.unregister(fd)
                    del fdmap[fd]
                else:
                    print(f"{host}:{port}", data)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    args = parser.parse_args()
    address = ("127.0.0.1", args.port)
    with socket.create_server(address, backlog=5) as listener:
        try:
            print(f"listening on 127.0.0.1:{listener.getsockname()[1]}")
            serve(listener)
        except KeyboardInterrupt:
            pass  # Ctrl-C is how this program ends


if __name__ == "__main__":
    main()
