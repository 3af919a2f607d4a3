# fails 06.1 idle busy-loop
"""Waits for whatever can happen, wanted or not."""


def ask(map):
    every = IN | PRI | OUT
    return {fd: (every, obj, obj.socket) for fd, obj in list(map.items())}
