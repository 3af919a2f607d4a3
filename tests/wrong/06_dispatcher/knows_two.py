# fails 06.3 exit_now never-returns
"""Lets Ctrl-C and ExitNow through, and takes sys.exit() for an error."""


def guard(obj, handler):
    try:
        return handler()
    except (ExitNow, KeyboardInterrupt):
        raise
    except BaseException:
        obj.handle_error()
