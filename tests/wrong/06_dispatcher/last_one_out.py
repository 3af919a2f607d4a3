# fails 06.1 asked_away never-returns
"""Does not look again: the last one has left while it was asked."""


def poll2(timeout=0.0, map=None):
    map = socket_map if map is None else map
    asked = ask(map)
    poller = select.poll()
    for fd, (flags, *_) in asked.items():
        poller.register(fd, flags)
    if timeout is not None:
        timeout = int(timeout * 1000)
    for fd, flags in poller.poll(timeout):
        obj = still(map, fd, *asked[fd][1:])
        if obj is not None:
            readwrite(obj, flags)
