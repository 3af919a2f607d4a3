# fails 06.1 count never-returns
"""Takes `count` and does nothing with it."""


def loop(timeout=30.0, use_poll=False, map=None, count=None):
    map = socket_map if map is None else map
    while map:
        if use_poll:
            poll2(timeout, map)
        else:
            poll(timeout, map)
