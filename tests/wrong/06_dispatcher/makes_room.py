# fails 06.4 full closed-too-soon
"""Has the one who has been there longest go."""


class dispatcher:
    def turn_away(self):
        for obj in list(self._map.values()):
            if not obj.accepting:
                obj.close()
                break
        return self.accept()
