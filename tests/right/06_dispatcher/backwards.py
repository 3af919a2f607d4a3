# passes 06.1
"""Asks the newest first, serves one event a round: the rest comes again."""


def ask(map):
    asked = {}
    for fd in sorted(map, reverse=True):
        if fd not in map:
            continue  # closed by the predicate of another
        obj = map[fd]
        flags = wants(obj)
        if flags and map.get(fd) is obj:
            asked[fd] = (flags, obj, obj.socket)
    for fd in [fd for fd, one in asked.items() if map.get(fd) is not one[1]]:
        del asked[fd]
    return asked


def poll(timeout=0.0, map=None):
    map = socket_map if map is None else map
    asked = ask(map)
    if not map:
        return
    r, w, e = select.select(
        [fd for fd, one in asked.items() if one[0] & IN],
        [fd for fd, one in asked.items() if one[0] & OUT],
        [fd for fd, one in asked.items() if one[0]],
        timeout,
    )
    for call, fds in (_exception, e), (write, w), (read, r):
        for fd in fds:
            obj = still(map, fd, *asked[fd][1:])
            if obj is not None:
                call(obj)
                return


def loop(timeout=30.0, use_poll=False, map=None, count=None):
    if map is None:
        map = socket_map
    rounds = 0
    while True:
        if not map or rounds == count:
            return
        if use_poll:
            poll2(timeout, map)
        else:
            poll(timeout, map)
        rounds += 1


class dispatcher:
    def del_channel(self, map=None):
        if map is None:
            map = self._map
        fd, self._fileno = self._fileno, None
        if fd in map and map[fd] is self:
            map.pop(fd)
