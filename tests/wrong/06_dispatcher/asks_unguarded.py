# fails 06.3 predicate crashed
"""Guards the handlers. What can go wrong in a question?"""


def wants(obj):
    flags = 0
    if obj.readable():
        flags |= IN | PRI
    if obj.writable() and not obj.accepting:
        flags |= OUT
    return flags
