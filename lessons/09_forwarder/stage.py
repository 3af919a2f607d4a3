"""A forwarder that runs, and the two ends of its sessions: for the programs
of this lesson that look at one from outside. It shows nothing by itself."""

import contextlib
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENGINE = ROOT / ("solutions" if (ROOT / "solutions").is_dir() else "lessons")
ARTICLE = ROOT / "tests/wrong/09_forwarder/article.py"
REFERENCE = ENGINE / "09_forwarder/forwarder.py"
PATIENCE = 10.0  # seconds that nothing here needs


class Forwarder:
    """One that runs, in front of a target of ours."""

    def __init__(self, path, to, *options):
        at = "{}:{}".format(*to)
        command = [sys.executable, "-u", str(path), "--to", at, *options]
        self.program = subprocess.Popen(
            command, env={"PYTHONPATH": str(ENGINE)}, stdout=subprocess.PIPE
        )
        line = self.program.stdout.readline().decode()
        self.address = "127.0.0.1", int(line.rpartition(":")[2])

    def rests(self):
        """Wait until it has used no CPU for 0.4 s; elsewhere than on Linux
        for 3 s."""
        stat = Path(f"/proc/{self.program.pid}/stat")
        cpu, same = "", 0
        while stat.exists() and same < 4:
            words = stat.read_text().rpartition(")")[2].split()
            before, cpu = cpu, words[11:13]  # in user mode, in the kernel
            same = same + 1 if cpu == before else 0
            time.sleep(0.1)
        time.sleep(0 if stat.exists() else 3)

    def kill(self):
        self.program.kill()
        self.program.wait()
        self.program.stdout.close()


class Stage:
    """A forwarder and its target, for one session after another."""

    def __init__(self, path, *options):
        self.listener = socket.create_server(("127.0.0.1", 0))
        to = self.listener.getsockname()
        self.forwarder = Forwarder(path, to, *options)

    @contextlib.contextmanager
    def session(self, serve):
        """A client; in a thread `serve` is called with the target's end."""

        def target():
            with self.listener.accept()[0] as sock:
                sock.settimeout(PATIENCE)
                with contextlib.suppress(OSError):
                    serve(sock)

        thread = threading.Thread(target=target, daemon=True)
        thread.start()
        at = self.forwarder.address
        with socket.create_connection(at, PATIENCE) as client:
            yield client
        thread.join()


def heard(sock):
    """The number of bytes until the end, whatever kind of end it is."""
    n = 0
    with contextlib.suppress(OSError):
        while data := sock.recv(65536):
            n += len(data)
    return n


def say(sock, data):
    """All of it, and EOF."""
    with contextlib.suppress(OSError):
        sock.sendall(data)
        sock.shutdown(socket.SHUT_WR)
