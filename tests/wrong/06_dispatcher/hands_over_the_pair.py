# fails 06.2 one_client closed-too-soon
"""Hands over one thing where two are asked for."""


class dispatcher:
    def handle_accept(self):
        pair = self.accept()
        if pair:
            self.handle_accepted(pair)
