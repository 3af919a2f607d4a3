# fails 06.1 imports forbidden-import
"""A loop that somebody else has written."""

import selectors


def poll(timeout=0.0, map=None):
    map = socket_map if map is None else map
    with selectors.DefaultSelector() as chooser:
        for fd, (flags, obj, _) in ask(map).items():
            events = selectors.EVENT_READ if flags & IN else 0
            events |= selectors.EVENT_WRITE if flags & OUT else 0
            chooser.register(fd, events, obj)
        for key, events in chooser.select(timeout):
            if events & selectors.EVENT_READ:
                read(key.data)
            if events & selectors.EVENT_WRITE:
                write(key.data)
