# fails 06.1 mid_round stuck
"""Closed twice, it takes the next one on its number out of the map."""


class dispatcher:
    def del_channel(self, map=None):
        map = self._map if map is None else map
        map.pop(self._fileno, None)
