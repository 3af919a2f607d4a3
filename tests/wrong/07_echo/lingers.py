# fails 07.2 bighalf closed-before-drain
"""SO_LINGER is for what the kernel holds; it never saw the rest."""

import struct


class dispatcher_with_send:
    def close(self):
        if self.connected:
            linger = struct.pack("ii", 1, 30)
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        dispatcher.close(self)
