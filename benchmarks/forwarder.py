"""What forwarding costs: the course's forwarder beside others and beside C, in one run.

    .venv/bin/python benchmarks/forwarder.py              a quarter of an hour
    .venv/bin/python benchmarks/forwarder.py --quick      less than one
    .venv/bin/python benchmarks/forwarder.py --servers fast,c-copy,nginx --loads busy-50,down-1

On a machine that does other work, root can give it both cores while it measures:

    chrt -r 1 .venv/bin/python benchmarks/forwarder.py

The forwarder has one core; the load and the backend behind it, both in C, share another.
"""

from __future__ import annotations

import contextlib
import dataclasses
import sys
from collections.abc import Iterator

import bench
import forwarder_report
import forwarders
import rig


class Bench(bench.Bench):
    """Behind all forwarders of a load stands one backend."""

    programs = ("load", "backend", "forward")
    backend: tuple[rig.Process, int]

    def why_not(self, server: rig.Server, load: rig.Load) -> str:
        assert isinstance(server, forwarders.Forwarder)
        return forwarders.why_not(server, load, standard=self.standard)

    @contextlib.contextmanager
    def around(self, load: rig.Load) -> Iterator[None]:
        words = [str(load.size)] + [str(load.answer)] * bool(load.answer)
        command = [str(self.folder / "backend"), *words]
        self.backend = rig.listening(command, self.cores[1])
        try:
            yield
        finally:
            self.backend[0].stop()

    def pair(self, server: rig.Server, load: rig.Load) -> rig.Pair:
        process, port = self.backend
        there = dataclasses.replace(server, target=port, folder=self.folder)  # type: ignore[call-arg]
        return rig.Pair(there, load, self.folder, self.cores, self.python, process.pid)


SUBJECT = bench.Subject(
    "forwarder.py",
    (__doc__ or "").partition("\n")[0],
    "loads: busy-N (64 bytes there and back on N connections), trip-N (64 KiB), down-N (download).",
    lambda args: list(forwarders.all_forwarders()),
    forwarders.load_named,
    "busy-1,busy-50,busy-400,trip-1,trip-8,down-1,down-20",
    "busy-50,busy-400,trip-8,down-1,down-20",
    Bench,
    forwarder_report.text,
    forwarder_report.svg,
)

if __name__ == "__main__":
    sys.exit(bench.main(SUBJECT))
