# fails 06.3 divides stuck
"""Calls, and keeps what it was told to itself: nobody wants anything."""


def guard(obj, handler):
    try:
        handler()
    except _reraised_exceptions:
        raise
    except BaseException:
        obj.handle_error()
