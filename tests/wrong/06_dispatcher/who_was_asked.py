# fails 06.4 stale stale-event
"""Calls who was asked, if the number is in use: by whom, it does not ask."""


def still(map, fd, obj, sock):
    return map[fd] if fd in map and obj.readable() else None
