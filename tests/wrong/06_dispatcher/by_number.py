# fails 06.4 stale stale-event
"""Somebody is in the map under that number: that will be the one."""


def still(map, fd, obj, sock):
    if fd in map:
        return map[fd]
    return None
