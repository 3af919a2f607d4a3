# fails 06.1 asked_away crashed
"""Goes through the map while it asks, and a predicate changes it."""


def ask(map):
    asked = {}
    for fd, obj in map.items():
        flags = wants(obj)
        if flags:
            asked[fd] = flags, obj, obj.socket
    return asked
