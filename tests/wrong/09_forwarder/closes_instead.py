# fails 09.0 reads_on stuck
"""All is paid, and nobody is heard any more."""


class dispatcher_with_send:
    def shutdown(self):
        self.close()
