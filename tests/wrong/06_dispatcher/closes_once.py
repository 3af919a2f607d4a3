# fails 06.1 mid_round closed-too-soon
"""Closed twice, it is not found in the map, and raises."""


class dispatcher:
    def del_channel(self, map=None):
        map = self._map if map is None else map
        del map[self._fileno]
        self._fileno = None
