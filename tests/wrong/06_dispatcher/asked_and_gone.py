# fails 06.1 asked_away crashed
"""Waits for one that said yes, and was closed by one that was asked later."""


def ask(map):
    asked = {}
    for fd, obj in list(map.items()):
        flags = wants(obj)
        if flags:
            asked[fd] = flags, obj, obj.socket
    return asked
