# fails 06.2 nobody listener-lost
"""Nobody there? Then nobody will come any more."""


class dispatcher:
    def handle_accept(self):
        pair = self.accept()
        if pair is None:
            self.close()
        else:
            self.handle_accepted(*pair)
