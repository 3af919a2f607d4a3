# fails 07.2 talks_on closed-before-drain
"""All is paid: why wait for the other side?"""


class drainer:
    def handle_write(self):
        del self.owed[: self.send(self.owed[:65536])]
        if not self.owed:
            self.close()
