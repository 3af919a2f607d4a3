"""The logger on your own engine, on a Python that has no asyncore any more.

python reward.py    ends by itself: it plays the client, and the last Ctrl-C
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

ENGINE = Path(__file__).absolute().parents[1]  # the folder of asyncore.py
LOGGER = "tests/programs/logger.py"
SINCE = (3, 12)  # the first Python without asyncore
NONE_FOUND = 77  # exit status: this machine cannot show it


def pythons():
    """This one, those on the path, and those that pyenv has installed."""
    yield sys.executable
    for minor in range(20, SINCE[1] - 1, -1):
        if path := shutil.which(f"python3.{minor}"):
            yield path
    folder = os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")
    yield from map(str, Path(folder).glob("versions/3.*/bin/python3"))


def newer():
    """A Python whose standard library has no asyncore, and its short name."""
    ask = "import sys; print(*sys.version_info[:2])"
    for path in pythons():
        version = run(path, "-c", ask).split()
        numbers = [int(part) for part in version if part.isdigit()]
        if len(numbers) == 2 and tuple(numbers) >= SINCE:
            return path, "python" + ".".join(version)
    return None, ""


def run(*command):
    """What a command prints, its complaints after it."""
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=ENGINE.parent
    )
    return done.stdout + done.stderr


def main():
    path, name = newer()
    if path is None:
        print("No Python found here has lost its asyncore: 3.12 or later has.")
        sys.exit(NONE_FOUND)
    os.environ.pop("PYTHONPATH", None)
    print(f"$ {name} -c 'import asyncore' 2>&1 | tail -n 1")
    print(run(path, "-c", "import asyncore").splitlines()[-1])
    os.environ["PYTHONPATH"] = ENGINE.name
    print(f"$ export PYTHONPATH={ENGINE.name}")
    print(f"$ {name} -c 'import asyncore; print(asyncore.__file__)'")
    print(run(path, "-c", "import asyncore; print(asyncore.__file__)"), end="")
    print(f"$ {name} {LOGGER}")
    os.environ["PYTHONUNBUFFERED"] = "1"  # a pipe here, where you have a screen
    with subprocess.Popen(
        [path, LOGGER], cwd=ENGINE.parent, stdout=subprocess.PIPE, text=True
    ) as server:
        visit(server)


def visit(server):
    """A client comes, says hello and leaves; then somebody presses Ctrl-C."""
    port = int(line(server).rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as client:
        line(server)
        client.sendall(b"hello\n")
        line(server)
    line(server)
    server.send_signal(signal.SIGINT)
    print("^C")


def line(server):
    """The next line of the logger, shown."""
    if text := server.stdout.readline():
        print(text, end="")
        return text
    sys.exit("The loop is not written yet: ./looplab check 06.1")


if __name__ == "__main__":
    main()
