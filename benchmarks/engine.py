"""What a request costs the server: engines and loops side by side, in one run.

    .venv/bin/python benchmarks/engine.py              about 15 minutes
    .venv/bin/python benchmarks/engine.py --quick      about two minutes
    .venv/bin/python benchmarks/engine.py --servers epoll,fast --loads busy-50,idle-10000

On a machine that does other work, root can give it both cores while it measures:

    chrt -r 1 .venv/bin/python benchmarks/engine.py
"""

from __future__ import annotations

import sys

import bench
import plot
import report
import rig

SUBJECT = bench.Subject(
    "engine.py",
    (__doc__ or "").partition("\n")[0],
    "loads: busy-N, idle-N (one busy among N idle), bulk-N (64 KiB messages), N any number.",
    lambda args: rig.all_servers(args.engine),
    rig.load_named,
    "busy-1,busy-50,busy-500,busy-900,bulk-20,idle-10,idle-100,idle-1000,idle-10000",
    "busy-50,busy-900,bulk-20,idle-10,idle-1000,idle-10000",
    bench.Bench,
    report.text,
    plot.svg,
    own=True,
)

if __name__ == "__main__":
    sys.exit(bench.main(SUBJECT))
