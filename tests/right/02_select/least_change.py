# passes 02.2
"""The article's loop with the least change: a name kept, a try, a close."""

import argparse
import select
import socket


def serve(listener: socket.socket) -> None:
    inputs, names = [listener], {}
    while True:
        ready, _, _ = select.select(inputs, [], [])
        for sock in ready:
            if sock is listener:
                client, addr = listener.accept()
                names[client] = "{}:{}".format(*addr)
                print("Got connection from", names[client])
                inputs.append(client)
                continue
            try:
                data = sock.recv(1024)
                disconnected = not data
            except OSError:
                disconnected = True
            if disconnected:
                print(names.pop(sock), "disconnected")
                inputs.remove(sock)
                sock.close()
            else:
                print(names[sock], data)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    args = parser.parse_args()
    listener = socket.socket()
    listener.bind(("127.0.0.1", args.port))
    listener.listen(5)
    try:
        print(f"listening on 127.0.0.1:{listener.getsockname()[1]}")
        serve(listener)
    except KeyboardInterrupt:
        pass  # Ctrl-C is how this program ends


if __name__ == "__main__":
    main()
