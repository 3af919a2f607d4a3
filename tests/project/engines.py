"""The engines under test, the real asyncore among them, and what the rules tell of each."""

import importlib.util
import json
import os
import select
import subprocess
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FILES = {"reference": ROOT / "solutions/asyncore.py", "fast": ROOT / "solutions/fast/asyncore.py"}
KERNELS = [
    name
    for name, here in (
        ("select", "select"),
        ("poll", "poll"),
        ("epoll", "epoll"),
        ("kqueue", "kqueue"),
    )
    if hasattr(select, here)
]


@dataclass(frozen=True)
class Run:
    """All rules on one engine, behind one multiplexer, on one Python."""

    python: str
    engine: str  # asyncore, the real one; reference; fast
    mux: str
    real: Path | None = None  # where asyncore is no part of this Python: its file

    @property
    def id(self) -> str:
        name = "this" if self.python == sys.executable else version(self.python)
        return f"{name}-{self.engine}-{self.mux}"

    @property
    def command(self) -> list[str]:
        engine = str(FILES.get(self.engine, "asyncore"))
        real = ["--real", str(self.real)] if self.real else []
        words = ["--engine", engine, "--kind", self.engine, "--mux", self.mux, *real]
        return [self.python, "-P", "-W", "ignore", "-m", "engine_rules.worker", *words]

    def start(self) -> "subprocess.Popen[str]":
        """A process that tells a JSON line for each rule."""
        environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        environment |= {"PYTHONPATH": str(Path(__file__).parent), "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.Popen(
            self.command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            env=environment,
        )


def records(process: "subprocess.Popen[str]") -> list[dict[str, Any]]:
    out, err = process.communicate()
    assert process.returncode == 0, err
    return [json.loads(line) for line in out.splitlines()]


def version(python: str) -> str:
    code = "import sys; print('{}.{}'.format(*sys.version_info))"
    return subprocess.run([python, "-c", code], capture_output=True, text=True).stdout.strip()


def pyasyncore() -> Path | None:
    """The file of the package that keeps asyncore alive for 3.12 and later, where it is installed.

    On 3.11 it lies in the way of nobody, since the standard library comes first, and serves the
    other Pythons of the machine as their oracle."""
    try:
        found = Path(str(metadata.distribution("pyasyncore").locate_file("asyncore/__init__.py")))
    except metadata.PackageNotFoundError:
        return None
    return found if found.is_file() else None


def standard() -> bool:
    """Whether this Python still has asyncore."""
    return sys.version_info < (3, 12) and importlib.util.find_spec("asyncore") is not None


def oracle(python: str) -> dict[str, Path | None]:
    """How `Run` gets the real asyncore of this Python: its keyword, or nothing if there is none."""
    if python == sys.executable and standard():
        return {"real": None}
    return {"real": pyasyncore()} if pyasyncore() else {}


def runs(python: str) -> list[Run]:
    """Every run that this Python can do; on another one than this the quickest that cover it."""
    here = python == sys.executable
    found = [Run(python, "reference", mux) for mux in KERNELS if mux in ("select", "poll")]
    found += [Run(python, "fast", mux) for mux in (KERNELS if here else KERNELS[-1:])]
    if real := oracle(python):
        found += [Run(python, "asyncore", mux, **real) for mux in ("select", "poll")]
    return found
