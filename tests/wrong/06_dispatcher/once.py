# fails 06.1 count wrong-round
"""Believes that a count means: no loop."""


def loop(timeout=30.0, use_poll=False, map=None, count=None):
    map = socket_map if map is None else map
    one_round = poll2 if use_poll else poll
    if count:
        one_round(timeout, map)
        return
    while map:
        one_round(timeout, map)
