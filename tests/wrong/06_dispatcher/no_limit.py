# fails 06.1 poll crashed
"""Has not thought of None, which is no number of seconds."""


def poll2(timeout=0.0, map=None):
    map = socket_map if map is None else map
    asked = ask(map)
    if not map:
        return
    poller = select.poll()
    for fd, (flags, obj, sock) in asked.items():
        poller.register(fd, flags)
    for fd, flags in poller.poll(int(timeout * 1000)):
        flags_then, obj, sock = asked[fd]
        if still(map, fd, obj, sock) is not None:
            readwrite(obj, flags)
