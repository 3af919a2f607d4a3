# fails 06.1 many crashed
"""One way of waiting is enough, thinks its author."""


def poll2(timeout=0.0, map=None):
    poll(timeout, map)
