# fails 06.1 three_clients closed-too-soon
"""Calls the channel that was asked last, whoever has news."""


def poll(timeout=0.0, map=None):
    if map is None:
        map = socket_map
    reads, writes = [], []
    for fd, obj in list(map.items()):
        flags = wants(obj)
        if flags & IN:
            reads.append(fd)
        if flags & OUT:
            writes.append(fd)
    if not map:
        return
    r, w, e = select.select(reads, writes, reads + writes, timeout)
    for fd in r:
        read(obj)
    for fd in w:
        write(obj)
    for fd in e:
        _exception(obj)
