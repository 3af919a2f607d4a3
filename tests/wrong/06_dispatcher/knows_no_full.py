# fails 06.2 full output-flood
"""Has not thought of the day when no descriptor is left."""


class dispatcher:
    def accept(self):
        try:
            return self.socket.accept()
        except OSError as error:
            if error.errno in _NOBODY:
                return None
            raise
