# fails 06.1 asks_all not-asked
"""Asks again only those to whom something has happened."""

_wishes = {}


def ask(map):
    for fd, obj in list(map.items()):
        if _wishes.get(fd, (0, None))[1] is not obj:
            _wishes[fd] = wants(obj), obj, obj.socket
    return {
        fd: _wishes[fd]
        for fd in list(map)
        if _wishes[fd][0] and _wishes[fd][1] is map.get(fd)
    }


def still(map, fd, obj, sock):
    _wishes.pop(fd, None)
    there = map.get(fd) is obj and obj.socket is sock
    return obj if there else None
