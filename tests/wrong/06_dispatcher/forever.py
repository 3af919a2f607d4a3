# fails 06.1 empty_map never-returns
"""A loop, thinks its author, is a thing that never ends."""


def loop(timeout=30.0, use_poll=False, map=None, count=None):
    map = socket_map if map is None else map
    while count is None or count > 0:
        if use_poll:
            poll2(timeout, map)
        else:
            poll(timeout, map)
        if count is not None:
            count -= 1
