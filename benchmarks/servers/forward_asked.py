"""The reference forwarder, but its valve does not announce: every end is asked before every wait.

python forward_asked.py --port 0 --to HOST:PORT
"""

import sys
from pathlib import Path

sys.path.insert(1, str(Path(__file__).resolve().parents[2] / "solutions/09_forwarder"))

import forwarder

forwarder.End.announces = False

if __name__ == "__main__":
    forwarder.main()
