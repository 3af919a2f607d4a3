# fails 07.2 isolate extra-threads
"""A thread for every debt."""

import threading


class dispatcher_with_send:
    def close(self):
        if self.connected and self.out_buffer:
            self.del_channel()
            sock, owed = self.socket, self.out_buffer
            threading.Thread(target=_pay, args=(sock, owed)).start()
            self.socket, self.out_buffer = _CLOSED, bytearray()
        dispatcher.close(self)


def _pay(sock, owed):
    sock.setblocking(True)
    try:
        sock.sendall(owed)
    except OSError:
        pass
    sock.close()
