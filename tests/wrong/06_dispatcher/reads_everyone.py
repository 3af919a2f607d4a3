# fails 06.1 wishes not-wished
"""Waits for words of everyone who wants anything."""


def poll(timeout=0.0, map=None):
    map = socket_map if map is None else map
    asked = ask(map)
    if not map:
        return
    writes = [fd for fd in asked if asked[fd][0] & OUT]
    r, w, e = select.select(list(asked), writes, list(asked), timeout)
    for fds, call in ((r, read), (w, write), (e, _exception)):
        for fd in fds:
            obj = still(map, fd, *asked[fd][1:])
            if obj is not None:
                call(obj)
