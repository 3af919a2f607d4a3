# fails 06.1 empty_map never-returns
"""Waits for the empty set, which never has news."""


def poll(timeout=0.0, map=None):
    map = socket_map if map is None else map
    asked = ask(map)
    reads = [fd for fd in asked if asked[fd][0] & IN]
    writes = [fd for fd in asked if asked[fd][0] & OUT]
    r, w, e = select.select(reads, writes, list(asked), timeout)
    for fds, call in ((r, read), (w, write), (e, _exception)):
        for fd in fds:
            obj = still(map, fd, *asked[fd][1:])
            if obj is not None:
                call(obj)


def loop(timeout=30.0, use_poll=False, map=None, count=None):
    map = socket_map if map is None else map
    one_round = poll2 if use_poll else poll
    one_round(timeout, map)
    while count is None or count > 1:
        one_round(timeout, map)
        if count is not None:
            count -= 1
