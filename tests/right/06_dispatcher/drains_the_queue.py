# passes 06.4
"""Hangs up on all who wait at once; knows a channel by what was asked."""


def still(map, fd, obj, sock):
    present = map.get(fd)
    if present is None or present is not obj:
        return None
    return present if present.socket is sock else None


class dispatcher:
    def turn_away(self):
        while _spare:
            os.close(_spare.pop())
        try:
            while True:
                conn, _ = self.socket.accept()
                conn.close()
        except OSError:
            pass  # the queue is empty
        finally:
            _hold_spare()
