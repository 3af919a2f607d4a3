# passes 06.1
"""A round of epoll in the place of poll, where there is one."""


def poll2(timeout=0.0, map=None):
    if not hasattr(select, "epoll"):
        poll(timeout, map)
        return
    map = socket_map if map is None else map
    asked = ask(map)
    if not map:
        return
    with select.epoll() as poller:
        for fd, (flags, _, _) in asked.items():
            poller.register(fd, flags)  # its bits are those of poll
        events = poller.poll(timeout, max(len(asked), 1))
    for fd, flags in events:
        if (obj := still(map, fd, *asked[fd][1:])) is not None:
            readwrite(obj, flags)
