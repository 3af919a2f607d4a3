# passes 06.3
"""One except, and a look at what it has caught."""


def guard(obj, handler):
    answer = False
    try:
        answer = handler()
    except BaseException as error:
        if isinstance(error, (ExitNow, KeyboardInterrupt, SystemExit)):
            raise
        obj.handle_error()
    return answer
