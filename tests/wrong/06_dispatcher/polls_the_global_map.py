# fails 06.1 two_maps wrong-round
"""The loop looks at the map it was given, its rounds at another."""


def loop(timeout=30.0, use_poll=False, map=None, count=None):
    map = socket_map if map is None else map
    while map and (count is None or count > 0):
        poll2(timeout) if use_poll else poll(timeout)
        if count is not None:
            count -= 1
