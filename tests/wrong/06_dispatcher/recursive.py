# fails 06.1 many crashed
"""After a round it calls itself for the next, and never comes back."""


def loop(timeout=30.0, use_poll=False, map=None, count=None):
    map = socket_map if map is None else map
    if not map or count == 0:
        return
    (poll2 if use_poll else poll)(timeout, map)
    loop(timeout, use_poll, map, None if count is None else count - 1)
