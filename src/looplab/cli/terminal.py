"""A whole terminal, borrowed: single keys in, whole frames out, everything given back at the end.

The screen is the terminal's second one (as in an editor or a pager), so that what stood there
before stands there again, however the command ends.
"""

from __future__ import annotations

import codecs
import contextlib
import os
import queue
import selectors
import signal
import sys
import termios
import tty
from collections.abc import Iterator, Sequence
from types import FrameType
from typing import Any

_ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[H\x1b[2J"  # second screen, no cursor, no wrapping
_LEAVE = "\x1b[?7h\x1b[?25h\x1b[?1049l"
_KEYS = {
    "\x1b[A": "up", "\x1b[B": "down", "\x1bOA": "up", "\x1bOB": "down",
    "\x1b[5~": "page-up", "\x1b[6~": "page-down", "\x1b[H": "home", "\x1b[F": "end",
    "\r": "enter", "\n": "enter", "\x1b": "escape", " ": "page-down", "j": "down", "k": "up",
}  # fmt: skip


class Vanished(Exception):
    """The terminal is gone: its window was closed, the connection to it was lost."""


class Ended(Exception):
    """Somebody asked for the end: Ctrl-C, SIGTERM. `status`: what the command ends with."""

    def __init__(self, number: signal.Signals) -> None:
        super().__init__(number.name)
        self.status = 128 + number


class Terminal:
    """Keys, signals and what other threads `post`, as one stream of events. Use it in `with`.

    Raises Vanished and Ended from `events` and `draw`.
    """

    def __init__(self) -> None:
        self._in, self._out = sys.stdin.fileno(), sys.stdout
        self._posted: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._decoder = codecs.getincrementaldecoder("utf-8")("ignore")
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self._wake_write, False)
        self._before: dict[signal.Signals, Any] = {}
        self._raised: signal.Signals | None = None

    def __enter__(self) -> Terminal:
        self._modes = termios.tcgetattr(self._in)
        self._wake_before = signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGWINCH):
            self._before[number] = signal.signal(number, self._signal)
        self._before[signal.SIGTSTP] = signal.signal(signal.SIGTSTP, self._suspend)
        self._take()
        return self

    def __exit__(self, *_: object) -> None:
        self._give_back()
        for number, before in self._before.items():
            signal.signal(number, before)
        signal.set_wakeup_fd(self._wake_before)

    def _take(self) -> None:
        with self._gone():
            tty.setcbreak(self._in)  # Ctrl-C and Ctrl-Z still make signals
        self._write(_ENTER)

    def _give_back(self) -> None:
        with contextlib.suppress(termios.error):  # a terminal that is gone needs nothing back
            termios.tcsetattr(self._in, termios.TCSADRAIN, self._modes)
        with contextlib.suppress(Vanished):
            self._write(_LEAVE)

    @contextlib.contextmanager
    def lent(self) -> Iterator[None]:
        """The terminal as it was before, for a command that prints and reads lines."""
        self._give_back()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, self._signal)
            signal.signal(signal.SIGTSTP, self._suspend)
            self._take()

    def _signal(self, number: int, _: FrameType | None) -> None:
        if number != signal.SIGWINCH:
            self._raised = signal.Signals(number)

    def _suspend(self, *_: object) -> None:
        """Ctrl-Z: the shell gets its terminal back; `fg` brings this screen back."""
        self._give_back()
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, self._suspend)
        self._take()
        self.post(None)  # draw again

    # -- in

    def post(self, event: Any) -> None:
        """Hand an event to `events`, from any thread."""
        self._posted.put(event)
        with contextlib.suppress(BlockingIOError):  # full: it is awake already
            os.write(self._wake_write, b"\0")

    def events(self) -> Iterator[Any]:
        """Everything that happens, as it happens: str for a key, else what was posted.

        After a resize, and whenever all that happened has been handed out, comes None: draw.
        """
        with selectors.DefaultSelector() as selector:
            selector.register(self._in, selectors.EVENT_READ)
            selector.register(self._wake_read, selectors.EVENT_READ)
            while True:
                yield None
                ready = {key.fd for key, _ in selector.select()}
                self._end_if_asked()
                if self._wake_read in ready:
                    with contextlib.suppress(BlockingIOError):
                        while os.read(self._wake_read, 4096):
                            pass
                while not self._posted.empty():
                    yield self._posted.get()
                if self._in in ready:
                    yield from self._keys()

    def _end_if_asked(self) -> None:
        if self._raised is signal.SIGHUP:
            raise Vanished
        if self._raised is not None:
            raise Ended(self._raised)

    def _keys(self) -> Iterator[str]:
        with self._gone():
            data = os.read(self._in, 256)
        if not data:
            raise Vanished
        text = self._decoder.decode(data)
        while text:
            size = next((n for n in (4, 3, 1) if text[:n] in _KEYS), 1)
            if size == 1 and text[0] == "\x1b" and len(text) > 1:
                return  # a key that nobody asked for: the rest is its name
            yield _KEYS.get(text[:size], text[0])
            text = text[size:]

    # -- out

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows, now."""
        try:
            columns, rows = os.get_terminal_size(self._in)
        except OSError:
            columns, rows = 80, 24
        return max(columns, 20), max(rows, 8)

    def draw(self, lines: Sequence[str]) -> None:
        """Show these lines, as many as there are rows, each no wider than the screen."""
        self._end_if_asked()
        rows = self.size[1]
        shown = [*lines[:rows], *[""] * (rows - len(lines))]
        self._write("\x1b[H" + "\x1b[0m\r\n".join(f"\x1b[2K{line}" for line in shown) + "\x1b[0m")

    def _write(self, text: str) -> None:
        with self._gone():
            self._out.write(text)
            self._out.flush()

    @staticmethod
    @contextlib.contextmanager
    def _gone() -> Iterator[None]:
        try:
            yield
        except (OSError, termios.error, ValueError) as error:
            raise Vanished from error
