# fails 06.1 idle naps
"""Looks again and again, and sleeps a little between."""

import time


def poll(timeout=0.0, map=None):
    map = socket_map if map is None else map
    end = None if timeout is None else time.monotonic() + timeout
    while end is None or time.monotonic() < end:
        asked = ask(map)
        if not map:
            return
        reads = [fd for fd in asked if asked[fd][0] & IN]
        writes = [fd for fd in asked if asked[fd][0] & OUT]
        ready = select.select(reads, writes, list(asked), 0)
        if any(ready):
            break
        time.sleep(0.02)
    else:
        return
    for fds, call in zip(ready, (read, write, _exception)):
        for fd in fds:
            obj = still(map, fd, *asked[fd][1:])
            if obj is not None:
                call(obj)
