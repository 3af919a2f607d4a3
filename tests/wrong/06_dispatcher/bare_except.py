# fails 06.3 ctrl_c ignores-sigint
"""A bare except: Ctrl-C is an error of the channel, too."""


def guard(obj, handler):
    try:
        return handler()
    except:  # noqa: E722
        obj.handle_error()
