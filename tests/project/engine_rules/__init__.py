"""The rules of asyncore's public contract, each a small scenario and what must be seen of it.

The standard library alone is used here: the rules run on every Python, in processes without pytest
(`worker.py`). tests/project/test_engine.py runs all of them on every engine, and on the real
asyncore, which is the oracle.
"""

from . import better, buffered, channels, events, fast, files, loops, sockets
from .lab import RULES, Rule

__all__ = [
    "RULES", "Rule", "better", "buffered", "channels", "events", "fast", "files", "loops",
    "sockets",
]  # fmt: skip
