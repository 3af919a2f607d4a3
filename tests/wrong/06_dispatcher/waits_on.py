# fails 06.1 timeout late
"""Waits until something happens, whatever the timeout."""


def poll(timeout=0.0, map=None):
    map = socket_map if map is None else map
    asked = ask(map)
    if not map:
        return
    reads = [fd for fd, (flags, *_) in asked.items() if flags & IN]
    writes = [fd for fd, (flags, *_) in asked.items() if flags & OUT]
    r, w, e = select.select(reads, writes, list(asked))
    for fds, call in ((r, read), (w, write), (e, _exception)):
        for fd in fds:
            obj = still(map, fd, *asked[fd][1:])
            if obj is not None:
                call(obj)
