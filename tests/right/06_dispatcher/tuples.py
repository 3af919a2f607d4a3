# passes 06.1
"""Wishes are pairs of yes and no; a round keeps three lists of channels."""


def wants(obj):
    reads = guard(obj, obj.readable)
    writes = guard(obj, obj.writable)
    return bool(reads), bool(writes) and not obj.accepting


def ask(map):
    all_of_them = [(fd, obj, obj.socket) for fd, obj in map.items()]
    asked = [(one, wants(one[1])) for one in all_of_them]
    return [(one, want) for one, want in asked if map.get(one[0]) is one[1]]


def poll(timeout=0.0, map=None):
    map = socket_map if map is None else map
    asked = ask(map)
    if len(map) == 0:
        return
    reads = {one[0]: one for one, (reading, _) in asked if reading}
    writes = {one[0]: one for one, (_, writing) in asked if writing}
    any_of = {**reads, **writes}
    r, w, e = select.select(reads, writes, any_of, timeout)
    todo = [(fd, read) for fd in r]
    todo += [(fd, write) for fd in w]
    todo += [(fd, _exception) for fd in e]
    for fd, what in todo:
        obj = still(map, *any_of[fd])
        if obj:
            what(obj)


def poll2(timeout=0.0, map=None):
    map = socket_map if map is None else map
    asked = ask(map)
    if len(map) == 0:
        return
    poller, known = select.poll(), {}
    for one, (reading, writing) in asked:
        flags = (IN | PRI if reading else 0) | (OUT if writing else 0)
        if flags:
            poller.register(one[0], flags)
            known[one[0]] = one
    wait = () if timeout is None else (int(timeout * 1000 + 0.5),)
    for fd, flags in poller.poll(*wait):
        obj = still(map, *known[fd])
        if obj:
            readwrite(obj, flags)


def loop(timeout=30.0, use_poll=False, map=None, count=None):
    import itertools

    map = socket_map if map is None else map
    for _ in itertools.count() if count is None else range(count):
        if not map:
            break
        poll2(timeout, map) if use_poll else poll(timeout, map)
