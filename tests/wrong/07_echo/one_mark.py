# fails 07.3 marks reads-too-soon
"""One mark: the valve opens as soon as it could shut again."""


class dispatcher_with_send:
    def readable(self):
        return len(self.out_buffer) <= self.high_water
