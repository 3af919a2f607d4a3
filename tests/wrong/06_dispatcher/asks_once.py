# fails 06.1 asks_all not-asked
"""Asks a channel when it is new, and believes its answer for ever."""


def ask(map):
    asked = {}
    for fd, obj in list(map.items()):
        if not hasattr(obj, "wishes"):
            obj.wishes = wants(obj)
        if obj.wishes:
            asked[fd] = obj.wishes, obj, obj.socket
    return {fd: one for fd, one in asked.items() if map.get(fd) is one[1]}
