# fails 06.1 one_client crashed
"""Who has closed stays in the map, under a number that is no more."""


class dispatcher:
    def del_channel(self, map=None):
        self._fileno = None
