# fails 06.4 full not-accepted
"""Stops listening until there is room, and lets everybody else wait."""


def _has_room():
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError:
        return False
    return True


class dispatcher:
    full = False

    def turn_away(self):
        self.full = True

    def readable(self):
        if self.full and _has_room():
            self.full = False
        return not self.full
