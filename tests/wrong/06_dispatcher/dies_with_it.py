# fails 06.3 bad_handler crashed
"""Tells of the error, and lets it go on."""


def guard(obj, handler):
    try:
        return handler()
    except BaseException:
        obj.handle_error()
        raise
