# fails 06.1 by_hand late
"""A round that was not told how long to wait takes its time."""


def poll(timeout=30.0, map=None):
    map = socket_map if map is None else map
    asked = ask(map)
    if not map:
        return
    reads = [fd for fd in asked if asked[fd][0] & IN]
    writes = [fd for fd in asked if asked[fd][0] & OUT]
    r, w, e = select.select(reads, writes, list(asked), timeout)
    for fds, call in ((r, read), (w, write), (e, _exception)):
        for fd in fds:
            obj = still(map, fd, *asked[fd][1:])
            if obj is not None:
                call(obj)
