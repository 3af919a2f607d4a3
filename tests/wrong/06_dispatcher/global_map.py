# fails 06.1 two_maps wrong-round
"""One map is enough for everybody."""


def loop(timeout=30.0, use_poll=False, map=None, count=None):
    while socket_map and (count is None or count > 0):
        if use_poll:
            poll2(timeout)
        else:
            poll(timeout)
        if count is not None:
            count -= 1


class dispatcher:
    def add_channel(self, map=None):
        socket_map[self._fileno] = self

    def del_channel(self, map=None):
        socket_map.pop(self._fileno, None)
        self._fileno = None
