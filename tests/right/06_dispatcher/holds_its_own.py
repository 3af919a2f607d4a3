# passes 06.4
"""Compares numbers and sockets; empties its reserve and fills it."""


def still(map, fd, obj, sock):
    for number, channel in map.items():
        if number == fd and channel is obj and channel.socket is sock:
            return obj


class dispatcher:
    def turn_away(self):
        if not _spare:
            _hold_spare()
        for number in _spare[:]:
            _spare.remove(number)
            os.close(number)
        try:
            self.socket.accept()[0].close()
        except OSError as error:
            if error.errno in _FULL:
                self.log_info("no descriptor in reserve", "warning")
        _hold_spare()
        return None
