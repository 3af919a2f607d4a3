"""The learner's program: always a process of its own, on a pseudo-terminal, killed whatever
happens."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import resource
import signal
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import ptyprocess

from looplab.checks import proc
from looplab.checks.faults import Where

OUTPUT_CAP = 1 << 20  # bytes; more than this is a program that does nothing but print
LONG = 14  # lines of a traceback that are shown: its first one, and the last ones
_FRAME = re.compile(r'\s*File "(?P<file>.+)", line (?P<line>\d+)')


def python() -> str:
    """The interpreter that runs the learner's programs: standard library, no installed packages."""
    base: str = getattr(sys, "_base_executable", "")
    return base or sys.executable


def environment(engine: Path | None = None) -> dict[str, str]:
    """What the program sees. PYTHONUNBUFFERED is left out: it would hide a missing flush.

    `engine`: the folder whose asyncore.py it imports.
    """
    keep = {
        name: os.environ[name]
        for name in ("PATH", "HOME", "TMPDIR", "PYENV_VERSION")
        if name in os.environ
    }
    imported = {"PYTHONPATH": str(engine)} if engine is not None else {}
    return (
        keep
        | imported
        | {
            "LANG": "C.UTF-8",
            "TERM": "dumb",
            "PYTHONFAULTHANDLER": "1",  # SIGABRT then tells the line it is at
            "PYTHONDONTWRITEBYTECODE": "1",
        }
    )


class _Pty(pexpect.spawn):  # type: ignore[misc]
    """pexpect's spawn with stdout unmangled, stderr on a pipe, and no pauses of its own."""

    def __init__(
        self,
        argv: list[str],
        stderr: int,
        nofile: tuple[int, int] | None,
        cwd: Path,
        engine: Path | None,
    ) -> None:
        self._stderr, self._nofile, self._tester = stderr, nofile, os.getpid()
        super().__init__(
            *(argv[0], argv[1:]),
            echo=False,
            timeout=None,
            cwd=str(cwd),
            env=environment(engine),
            dimensions=(24, 200),
            preexec_fn=self._in_the_child,
        )
        self.delaybeforesend = self.delayafterread = None
        self.delayafterclose = self.delayafterterminate = 0
        self.ptyproc.delayafterclose = self.ptyproc.delayafterterminate = 0

    def _spawnpty(self, args: list[str], **kwargs: object) -> ptyprocess.PtyProcess:
        return ptyprocess.PtyProcess.spawn(args, pass_fds=(self._stderr,), **kwargs)

    def _in_the_child(self) -> None:
        for number in (
            signal.SIGINT,
            signal.SIGQUIT,
            signal.SIGTERM,
            signal.SIGHUP,
            signal.SIGPIPE,
        ):
            signal.signal(number, signal.SIG_DFL)  # whatever the tester was started with
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        proc.die_with_parent(self._tester)  # a tester that is killed closes nothing
        os.dup2(self._stderr, 2)
        os.close(self._stderr)
        mode = termios.tcgetattr(1)
        mode[1] &= ~termios.OPOST  # a newline stays a newline
        termios.tcsetattr(1, termios.TCSANOW, mode)
        if self._nofile:
            resource.setrlimit(resource.RLIMIT_NOFILE, self._nofile)


class Program:
    """A running program. `output` and `errors` grow as the tester reads `fds`."""

    def __init__(
        self,
        path: Path,
        args: list[str],
        nofile: tuple[int, int] | None = None,
        told: Callable[[str], None] = lambda act: None,
        *,
        engine: Path | None = None,
        own: Path | None = None,
    ) -> None:
        """Starts `python path args`; `nofile` lowers its limits of open files: soft, hard.

        `told` hears of every signal sent to it that a replay sends again: pause, resume, interrupt.
        `engine` is the folder whose asyncore.py it imports, `own` the file or the folder whose
        code is the learner's, if that is not the program's.
        """
        self.path, self._told, self._own = path, told, own or path.parent
        self.output, self.errors = bytearray(), bytearray()
        self.lines: list[str] = []  # the complete lines of `output`
        self._partial = b""
        self.flooded = False
        self._over = False
        self.status: int | None = None  # exit status, or minus the signal, once it ended
        proc.adopt_orphans()
        self._before = set(proc.tree(os.getpid()))
        self._stderr, write_end = os.pipe()
        try:
            self._child = _Pty([python(), str(path), *args], write_end, nofile, path.parent, engine)
        except BaseException:
            os.close(self._stderr)
            raise
        finally:
            os.close(write_end)
        self.pid: int = self._child.pid
        self.stdout_fd: int = self._child.child_fd
        self.stderr_fd: int | None = self._stderr
        self.stdout_open = True
        os.set_blocking(self._stderr, False)
        os.set_blocking(self.stdout_fd, False)

    # -- what it says

    def read_stdout(self) -> bytes:
        """What it printed since the last call; b"" at the end (then `stdout_open` is False)."""
        try:
            data = os.read(
                self.stdout_fd, 65536
            )  # pexpect's own read would wait for the process too
        except BlockingIOError:
            return b""
        except OSError:  # EIO: nobody holds the other end any more
            data = b""
        if not data:
            self.stdout_open = False
            return b""
        if len(self.output) + len(data) > OUTPUT_CAP:
            self.flooded = True
            data = data[: OUTPUT_CAP - len(self.output)]
        self.output += data
        *whole, self._partial = (self._partial + data).split(b"\n")
        self.lines += [line.decode("utf-8", "backslashreplace") for line in whole]
        return data

    def read_stderr(self) -> None:
        if self.stderr_fd is None:
            return
        try:
            data = os.read(self.stderr_fd, 65536)
        except OSError as error:
            if error.errno in (errno.EAGAIN, errno.EINTR):
                return
            data = b""
        if not data:
            os.close(self.stderr_fd)
            self.stderr_fd = None
        elif len(self.errors) < OUTPUT_CAP:
            self.errors += data

    def drain(self, seconds: float = 1.0) -> None:
        """Read both ends until they close, or for `seconds`."""
        end = time.monotonic() + seconds
        while (self.stdout_open or self.stderr_fd is not None) and time.monotonic() < end:
            if self.stdout_open:
                self.read_stdout()
            self.read_stderr()
            if self.flooded:
                break
            time.sleep(0.001)

    # -- whether it lives

    def ended(self) -> bool:
        """Whether the process is gone; then `status` says how."""
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
                self._child.ptyproc.terminated = True  # pexpect must not ask again
        return self.status is not None

    def others(self) -> list[int]:
        """Every process that came of it, wherever it hides (on Linux orphans come to this one)."""
        if not proc.LINUX:
            return proc.tree(self.pid)[1:]
        mine = proc.tree(os.getpid())
        return [pid for pid in mine if pid not in self._before and pid != self.pid]

    def family(self) -> list[int]:
        """The program and all that came of it, itself first."""
        return [self.pid, *self.others()]

    def interrupt(self) -> None:
        """What Ctrl-C does: SIGINT to the program."""
        self._told("interrupt")
        self._signal(signal.SIGINT)

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """It does nothing inside: what happens meanwhile meets it all at once."""
        self._told("pause")
        self._signal(signal.SIGSTOP)
        end = time.monotonic() + 1
        while not (self.ended() or proc.stopped(self.pid)) and time.monotonic() < end:
            time.sleep(0.0002)  # a signal takes effect a moment after it was sent
        try:
            yield
        finally:
            self._told("resume")
            self.resume()

    def resume(self) -> None:
        """Undo a pause."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if not self.ended():
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it and everything it started; close both ends. Safe to call twice."""
        if self._over:
            return
        self._over = True
        end = time.monotonic() + 5
        self._signal(signal.SIGKILL)
        while not self.ended() and time.monotonic() < end:
            time.sleep(0.0005)
        while (left := self.others()) and time.monotonic() < end:
            for pid in left:
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
            for pid in left:
                with contextlib.suppress(OSError):
                    os.waitpid(pid, 0)  # ours, now that it has no other parent
        with contextlib.suppress(OSError):
            os.killpg(self.pid, signal.SIGKILL)  # where strays cannot be listed
        if self.stderr_fd is not None:
            os.close(self.stderr_fd)
            self.stderr_fd = None
        self.stdout_open = False
        self._child.closed = True  # pexpect would ask the process again; it is gone
        with contextlib.suppress(OSError):
            self._child.ptyproc.fileobj.close()
        self._child.child_fd = self._child.ptyproc.fd = -1
        self._child.ptyproc.closed = True

    # -- where it is

    def locate(self) -> Where | None:
        """The line it is executing now. It ends the program (SIGABRT makes Python print it)."""
        if self.ended():
            return None
        before = len(self.errors)
        os.kill(self.pid, signal.SIGABRT)
        end = time.monotonic() + 3
        while not self.ended() and time.monotonic() < end:
            self.read_stderr()
            if self.stdout_open:
                self.read_stdout()
            time.sleep(0.0005)
        while self.stderr_fd is not None and time.monotonic() < end:
            size = len(self.errors)
            self.read_stderr()
            if len(self.errors) == size and self.stderr_fd is not None:
                break  # a child still holds the pipe open
        text = self.errors[before:].decode("utf-8", "replace")
        current = text.partition("Current thread")[2] or text
        return self._own_frame(current.splitlines(), last=False)

    def crash_line(self) -> Where | None:
        """The innermost line of its own in the traceback that it printed."""
        return self._own_frame(self.errors.decode("utf-8", "replace").splitlines(), last=True)

    def _own_frame(self, lines: list[str], last: bool) -> Where | None:
        frames = [(m["file"], int(m["line"])) for line in lines if (m := _FRAME.match(line))]
        return self.own_line(frames if last else frames[::-1])

    def own_line(self, frames: list[tuple[str, int]]) -> Where | None:
        """Of frames (file, line), the innermost one last, the last that is the learner's."""
        own = [frame for frame in frames if self._is_own(frame[0])]
        if not own:
            return None
        file, number = own[-1]
        source = Path(file).read_text("utf-8", "replace").split("\n")  # as Python counts them
        text = source[number - 1].strip() if number <= len(source) else ""
        return Where(Path(file).name, number, source=text)

    def _is_own(self, file: str) -> bool:
        return self._own in (Path(file), Path(file).parent)

    def own_traceback(self) -> list[str]:
        """The traceback that it printed: the learner's frames, and those of the program and what
        lies beside it."""
        text = self.errors.decode("utf-8", "replace")
        start = text.rfind("Traceback (most recent call last):")
        lines = text[start if start >= 0 else 0 :].splitlines()
        shown, keep = [], True
        for line in lines:
            if frame := _FRAME.match(line):
                keep = self._is_own(frame["file"]) or Path(frame["file"]).parent == self.path.parent
                line = line.replace(frame["file"], Path(frame["file"]).name)
            elif not line.startswith("    "):
                keep = True
            if keep and line.strip("^~ "):  # the carets differ from one Python to the next
                shown.append(line)
        return shown if len(shown) <= LONG else [shown[0], "  ...", *shown[2 - LONG :]]
