# fails 06.1 quit ignores-sigint
"""Lets nothing disturb its rounds, Ctrl-C included."""


def loop(timeout=30.0, use_poll=False, map=None, count=None):
    map = socket_map if map is None else map
    while map and (count is None or count > 0):
        try:
            (poll2 if use_poll else poll)(timeout, map)
        except:  # noqa: E722
            continue
        if count is not None:
            count -= 1
