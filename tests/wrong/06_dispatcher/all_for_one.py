# fails 06.3 bad_handler exited
"""One fails, and everybody has to leave."""


def guard(obj, handler):
    try:
        return handler()
    except _reraised_exceptions:
        raise
    except BaseException:
        obj.handle_error()
        close_all(obj._map)
