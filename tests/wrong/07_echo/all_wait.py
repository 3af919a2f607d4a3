# fails 07.3 others stuck
"""One slow client, and nobody is read from."""


class dispatcher_with_send:
    def readable(self):
        channels = self._map.values()
        owing = [len(getattr(one, "out_buffer", b"")) for one in channels]
        return max(owing) <= self.high_water
