# fails 06.3 exit_now never-returns
"""Ctrl-C is no Exception, which is well; asyncore's ExitNow is one."""


def guard(obj, handler):
    try:
        return handler()
    except Exception:
        obj.handle_error()
