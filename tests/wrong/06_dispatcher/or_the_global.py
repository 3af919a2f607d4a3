# fails 06.1 two_maps wrong-round
"""An empty map is as good as none, thinks its author, and takes another."""


def loop(timeout=30.0, use_poll=False, map=None, count=None):
    map = map or socket_map
    one_round = poll2 if use_poll else poll
    while map and (count is None or count > 0):
        one_round(timeout, map)
        if count is not None:
            count -= 1
