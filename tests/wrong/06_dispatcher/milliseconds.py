# fails 06.1 timeout round-too-short
"""Hands seconds to poll, which takes milliseconds."""


def poll2(timeout=0.0, map=None):
    map = socket_map if map is None else map
    asked = ask(map)
    if not map:
        return
    poller = select.poll()
    for fd, (flags, _, _) in asked.items():
        poller.register(fd, flags)
    for fd, flags in poller.poll(timeout):
        obj = still(map, fd, *asked[fd][1:])
        if obj is not None:
            readwrite(obj, flags)
