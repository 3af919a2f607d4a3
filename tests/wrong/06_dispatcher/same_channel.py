# fails 06.4 kept_seat stale-event
"""The same channel, so the same event, whatever has become of its socket."""


def still(map, fd, obj, sock):
    return obj if map.get(fd) is obj else None
