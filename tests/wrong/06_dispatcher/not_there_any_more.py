# fails 06.1 mid_round crashed
"""Calls whoever stands in the map under that number, and looks for nobody."""


def poll(timeout=0.0, map=None):
    map = socket_map if map is None else map
    asked = ask(map)
    if not map:
        return
    reads = [fd for fd in asked if asked[fd][0] & IN]
    writes = [fd for fd in asked if asked[fd][0] & OUT]
    r, w, e = select.select(reads, writes, list(asked), timeout)
    for fd in r:
        read(map[fd])
    for fd in w:
        write(map[fd])
    for fd in e:
        _exception(map[fd])
