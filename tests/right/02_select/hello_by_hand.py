# passes 02.0
"""One step at a time: socket, bind, listen, accept, send, close."""

import signal
import socket
import sys

if sys.argv[1:2] != ["--port"]:
    sys.exit("usage: hello.py --port PORT")
signal.signal(signal.SIGINT, lambda *_: sys.exit(0))

door = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
door.bind(("127.0.0.1", int(sys.argv[2])))
door.listen()
print("listening on {}:{}".format(*door.getsockname()), flush=True)
while True:
    guest = door.accept()[0]
    left = memoryview(b"hello\n")
    while left:
        left = left[guest.send(left) :]
    guest.shutdown(socket.SHUT_RDWR)
    guest.close()
