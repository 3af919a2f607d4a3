"""The echo server, over a kernel that never takes the last byte at once.

python miser.py --port 0    Ctrl-C ends it
"""

import socket

import asyncore
import echo


class Miser(socket.socket):
    def send(self, data, *flags):
        """Less than it is given, as every kernel may; one byte at least."""
        return super().send(data[: max(len(data) - 1, 1)], *flags)


class MiserServer(echo.EchoServer):
    def handle_accept(self) -> None:
        pair = self.accept()
        if pair is not None:
            echo.EchoHandler(Miser(fileno=pair[0].detach()))


def main() -> None:
    server = MiserServer("127.0.0.1", 0)
    print(f"listening on 127.0.0.1:{server.socket.getsockname()[1]}")
    try:
        asyncore.loop(None)
    except KeyboardInterrupt:
        pass  # Ctrl-C is how this program ends


if __name__ == "__main__":
    main()
