# fails 07.2 bighalf closed-before-drain
"""asyncore's own close: what is owed goes with the channel."""


class dispatcher_with_send:
    def close(self):
        dispatcher.close(self)
