# fails 06.1 listener busy-loop
"""Asks a listener as everybody else whether it can be written to."""


def wants(obj):
    flags = 0
    if guard(obj, obj.readable):
        flags |= IN | PRI
    if guard(obj, obj.writable):
        flags |= OUT
    return flags
