# fails 07.2 isolate busy-loop
"""Goes round in close() until all is sent."""


class dispatcher_with_send:
    def close(self):
        while self.connected and self.out_buffer:
            self.initiate_send()
        dispatcher.close(self)
