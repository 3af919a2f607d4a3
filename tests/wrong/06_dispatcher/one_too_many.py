# fails 06.1 count never-returns
"""Counts from 0 to `count`, both included."""


def loop(timeout=30.0, use_poll=False, map=None, count=None):
    map = socket_map if map is None else map
    done = 0
    while map and (count is None or done <= count):
        (poll2 if use_poll else poll)(timeout, map)
        done += 1
