# passes 06.3
"""The guard is a context manager."""


class _Guarded:
    def __init__(self, obj):
        self.obj = obj

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is None or issubclass(kind, _reraised_exceptions):
            return False
        self.obj.handle_error()
        return True


def guard(obj, handler):
    with _Guarded(obj):
        return handler()
