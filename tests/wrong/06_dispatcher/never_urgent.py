# fails 06.1 urgent stuck
"""Reads and writes, and leaves the third list empty."""


def poll(timeout=0.0, map=None):
    map = socket_map if map is None else map
    asked = ask(map)
    if not map:
        return
    reads = [fd for fd in asked if asked[fd][0] & IN]
    writes = [fd for fd in asked if asked[fd][0] & OUT]
    r, w, _ = select.select(reads, writes, [], timeout)
    for fds, call in ((r, read), (w, write)):
        for fd in fds:
            obj = still(map, fd, *asked[fd][1:])
            if obj is not None:
                call(obj)
