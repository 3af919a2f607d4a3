# fails 06.1 one_client crashed
"""Goes through the map itself, while handlers change it."""


def poll(timeout=0.0, map=None):
    map = socket_map if map is None else map
    asked = ask(map)
    reads = [fd for fd in asked if asked[fd][0] & IN]
    writes = [fd for fd in asked if asked[fd][0] & OUT]
    r, w, e = select.select(reads, writes, list(asked), timeout)
    for fd, obj in map.items():
        if fd in r:
            read(obj)
        if fd in w:
            write(obj)
        if fd in e:
            _exception(obj)
