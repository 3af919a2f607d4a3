"""Which of its listener's habits a client's socket has.

python accepted.py    ends by itself
"""

import socket

with socket.create_server(("127.0.0.1", 0)) as listener:
    listener.setblocking(False)
    peer = socket.create_connection(listener.getsockname())
    sock, _ = listener.accept()
    print("listener.getblocking()", listener.getblocking())
    print("sock.getblocking()    ", sock.getblocking())
    sock.setblocking(False)
    print("after setblocking     ", sock.getblocking())
    sock.close()
    peer.close()
