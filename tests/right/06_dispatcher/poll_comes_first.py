# passes 06.1
"""Writes poll2 first, and makes a round of select out of it."""


def _events(timeout, asked):
    poller = select.poll()
    for fd, (flags, _, _) in asked.items():
        poller.register(fd, flags)
    milliseconds = None if timeout is None else math.ceil(timeout * 1000)
    return poller.poll(milliseconds)


def poll(timeout=0.0, map=None):
    poll2(timeout, map)


def poll2(timeout=0.0, map=None):
    if map is None:
        map = socket_map
    asked = ask(map)
    if map:
        for fd, flags in _events(timeout, asked):
            _, obj, sock = asked[fd]
            obj = still(map, fd, obj, sock)
            if obj is not None:
                readwrite(obj, flags)
