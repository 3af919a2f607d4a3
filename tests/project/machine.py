"""What this machine has beside the Python that runs the tests."""

import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path


@functools.cache
def pythons() -> tuple[str, ...]:
    """Other CPythons of this machine that the course supports."""
    names = [shutil.which(f"python3.{minor}") for minor in (12, 13, 14)]
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    names += sorted(map(str, versions.glob("3.1[2-4].*/bin/python3")))
    found: dict[str, str] = {}
    for name in filter(None, names):
        code = "import sys; print(*sys.version_info[:2])"
        done = subprocess.run([name, "-c", code], capture_output=True, text=True)
        if done.returncode == 0:
            found.setdefault(done.stdout.strip(), name)
    found.pop("{} {}".format(*sys.version_info[:2]), None)
    return tuple(found.values())
