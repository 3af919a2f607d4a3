# fails 06.3 told error-untold
"""Closes the channel, and tells nobody why."""


def guard(obj, handler):
    try:
        return handler()
    except _reraised_exceptions:
        raise
    except BaseException:
        obj.close()
