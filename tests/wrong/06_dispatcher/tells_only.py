# fails 06.3 bad_handler not-closed
"""Tells of the error in the right words, and closes nothing."""


def guard(obj, handler):
    try:
        return handler()
    except _reraised_exceptions:
        raise
    except BaseException:
        _, kind, value, trace = compact_traceback()
        obj.log_info(
            f"uncaptured python exception, closing channel {obj!r}"
            f" ({kind}:{value} {trace})",
            "error",
        )
