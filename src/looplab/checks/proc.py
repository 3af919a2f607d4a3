"""What the system tells about a running program: CPU, threads, children, descriptors, sleep.

Linux answers from /proc; elsewhere psutil does, with fewer answers (marked approximate).
"""

from __future__ import annotations

import contextlib
import os
import platform
import resource
import signal
import socket
import struct
import sys
from collections.abc import Container, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

LINUX = sys.platform == "linux"


class Cpu(NamedTuple):
    """Seconds so far of a program and all its children: on a core, waiting for a core."""

    run: float
    wait: float


@dataclass(frozen=True)
class Sleep:
    """One thread asleep in a system call that has no timeout."""

    pid: int
    call: str
    fd: int
    ticks: tuple[int, int]  # CPU used so far: unchanged means that it really slept


def tree(pid: int) -> list[int]:
    """The process and all its descendants that are alive, itself first."""
    if not LINUX:
        import psutil

        try:
            return [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]
        except psutil.Error:
            return [pid]
    found, todo = [], [pid]
    while todo:
        found.append(todo.pop(0))
        for task in _tasks(found[-1]):
            todo += [int(child) for child in _read(f"{task}/children").split()]
    return found


def cpu(pids: Sequence[int]) -> Cpu:
    """CPU seconds of all of them. Run-queue time counts: a spinner waits for its next slice."""
    if not LINUX:
        import psutil

        total = 0.0
        for one in pids:
            try:
                times = psutil.Process(one).cpu_times()
            except psutil.Error:
                continue
            total += times.user + times.system
        return Cpu(total, 0.0)
    run = wait = 0
    for one in pids:
        for task in _tasks(one):
            fields = _read(f"{task}/schedstat").split()
            if len(fields) == 3:
                run, wait = run + int(fields[0]), wait + int(fields[1])
    return Cpu(run / 1e9, wait / 1e9)


def queued(pids: Sequence[int]) -> dict[str, str]:
    """The threads that run or wait for a core, each with its schedstat (Linux).

    The kernel counts a wait when it ends: until a thread's schedstat has changed, `cpu` knows
    nothing of the wait it is in.
    """
    tasks = [task for one in pids for task in _tasks(one)] if LINUX else []
    return {task: _read(f"{task}/schedstat") for task in tasks if _state(task) == "R"}


def still_queued(before: dict[str, str]) -> dict[str, str]:
    """Those of `queued` about which nothing more is known yet."""
    return {task: stat for task, stat in before.items() if _read(f"{task}/schedstat") == stat}


def waits_for_disk(pids: Sequence[int]) -> bool:
    """Whether one of their threads is in a sleep that no signal interrupts (Linux): it waits for a
    disk, or for a child that has not begun."""
    return any(_state(task) == "D" for one in pids for task in _tasks(one)) if LINUX else False


def threads(pid: int) -> int:
    if LINUX:
        return len(_tasks(pid))
    import psutil

    return int(psutil.Process(pid).num_threads())


def open_fds(pid: int) -> int:
    if LINUX:
        return len(os.listdir(f"/proc/{pid}/fd"))
    import psutil

    return int(psutil.Process(pid).num_fds())


def memory(pids: Sequence[int]) -> int:
    """Bytes of memory that all of them hold now."""
    if LINUX:
        pages = sum(int((_read(f"/proc/{one}/statm").split() or "00")[1]) for one in pids)
        return pages * resource.getpagesize()
    import psutil

    held = 0
    for one in pids:
        with contextlib.suppress(psutil.Error):
            held += psutil.Process(one).memory_info().rss
    return held


def asleep(pids: Sequence[int], *, resumed: bool = False) -> tuple[Sleep, ...] | None:
    """How every thread of these processes sleeps, or None if one may still move by itself.

    A value that stays equal means: nothing will happen any more unless somebody outside acts.
    None also where the answer is not known (other systems, other processors, other calls).
    `resumed`: a call that goes on after SIGSTOP and SIGCONT counts, though its timeout is hidden.
    """
    sleeps = []
    for one in pids:
        tasks = _tasks(one)
        for task in tasks:
            sleep = _sleep(one, task, resumed)
            if sleep is None:
                return None
            sleeps.append(sleep)
        if not tasks:
            return None
    return tuple(sleeps) or None


# How a call is recognised: its number on x86-64 and on arm64, and what makes it wait without end:
# None: it always may; (argument, value): only if that argument has that value.
_MINUS_1, _NULL = 0xFFFFFFFF, 0
_CALLS: dict[str, tuple[int, int, tuple[int, int] | None]] = {
    "read": (0, 63, None),
    "write": (1, 64, None),
    "poll": (7, -1, (2, _MINUS_1)),
    "select": (23, -1, (4, _NULL)),
    "connect": (42, 203, None),
    "accept": (43, 202, None),
    "sendto": (44, 206, None),
    "recvfrom": (45, 207, None),
    "sendmsg": (46, 211, None),
    "recvmsg": (47, 212, None),
    "wait4": (61, 260, None),
    "futex": (202, 98, (3, _NULL)),
    "epoll_wait": (232, -1, (3, _MINUS_1)),
    "waitid": (247, 95, None),
    "pselect6": (270, 72, (4, _NULL)),
    "ppoll": (271, 73, (2, _NULL)),
    "epoll_pwait": (281, 22, (3, _MINUS_1)),
    "accept4": (288, 242, None),
    "pause": (34, -1, None),
}
_RESTART_SYSCALL = (219, 128)  # what a poll that was stopped and continued is called
_NAPS = ((35, 230), (101, 115))  # nanosleep, clock_nanosleep
_COLUMN = {"x86_64": 0, "aarch64": 1}.get(platform.machine())
_BY_NUMBER = (
    {} if _COLUMN is None else {row[_COLUMN]: (name, row[2]) for name, row in _CALLS.items()}
)
# The name that the learner wrote, for the name that the kernel uses.
PYTHON_NAMES = {
    "recvfrom": "recv", "recvmsg": "recv", "accept4": "accept", "sendto": "send", "sendmsg": "send",
    "pselect6": "select", "ppoll": "poll", "epoll_wait": "epoll.poll", "epoll_pwait": "epoll.poll",
    "futex": "a lock or join", "wait4": "wait", "waitid": "wait",
}  # fmt: skip


def _sleep(pid: int, task: str, resumed: bool) -> Sleep | None:
    stat = _read(f"{task}/stat").rpartition(")")[2].split()
    call = _read(f"{task}/syscall").split()
    if len(stat) < 13 or stat[0] != "S" or len(call) < 7:
        return None
    number = int(call[0])
    name, endless = _BY_NUMBER.get(number, ("", None))
    if resumed and _COLUMN is not None and number == _RESTART_SYSCALL[_COLUMN]:
        name = "a call that was resumed"
    if not name:
        return None
    args = [int(value, 16) for value in call[1:7]]
    if endless is not None and args[endless[0]] & 0xFFFFFFFF != endless[1]:
        return None
    return Sleep(pid, PYTHON_NAMES.get(name, name), args[0], (int(stat[11]), int(stat[12])))


def stopped(pid: int) -> bool:
    """Whether every thread has been stopped by a signal; True where that is not known."""
    if not LINUX:
        return True
    return all(_state(task) == "T" for task in _tasks(pid))


@cache
def adopt_orphans() -> None:
    """From now on a descendant that loses its parent becomes a child of this process (Linux)."""
    _prctl(36, 1)  # PR_SET_CHILD_SUBREAPER


def die_with_parent(parent: int) -> None:
    """This process is killed when the thread that forked it ends, however it does (Linux). It ends
    at once if `parent`, the process that forked it, has gone by now."""
    _prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG; it lasts through exec
    if os.getppid() != parent:
        os._exit(1)


def _prctl(what: int, value: int) -> None:
    if LINUX:
        _libc().prctl(what, value, 0, 0, 0)


@cache
def _libc() -> Any:
    import ctypes

    return ctypes.CDLL(None, use_errno=True)


def sleeps_in(pid: int) -> str:
    """The call that the main thread sleeps in: "sleep" for time.sleep, "" if that is not known."""
    task = f"/proc/{pid}/task/{pid}"
    stat, call = _read(f"{task}/stat").rpartition(")")[2].split(), _read(f"{task}/syscall").split()
    if not stat or stat[0] != "S" or len(call) < 7 or _COLUMN is None:
        return ""
    number = int(call[0])
    if number in _NAPS[_COLUMN]:
        return "sleep"
    return _BY_NUMBER.get(number, ("other", None))[0]


def listener(port: int) -> int | None:
    """The process that listens on this port of 127.0.0.1, if it may be known (Linux)."""
    inodes = {
        fields[9]
        for fields in map(str.split, _read("/proc/net/tcp").splitlines()[1:])
        if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port
    }
    for folder in Path("/proc").glob("[0-9]*/fd"):
        with contextlib.suppress(OSError):  # another user's, or gone
            for link in folder.iterdir():
                if os.readlink(link).removeprefix("socket:[").rstrip("]") in inodes:
                    return int(folder.parent.name)
    return None


def remote_port(pid: int, fd: int) -> int | None:
    """The port at the other end of a program's IPv4 socket, or None."""
    try:
        inode = os.readlink(f"/proc/{pid}/fd/{fd}").removeprefix("socket:[").rstrip("]")
    except OSError:
        return None
    for line in _read("/proc/net/tcp").splitlines()[1:]:
        fields = line.split()
        if fields[9] == inode:
            return int(fields[2].rpartition(":")[2], 16) or None
    return None


def delivered(sock: socket.socket) -> bool:
    """Whether nothing that was sent on a socket is under way to the other end's kernel."""
    if not LINUX:
        return True
    import fcntl

    if sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == 7:  # TCP_CLOSE
        return True  # reset: the bytes are gone, and SIOCOUTQ counts them for ever
    unsent = struct.unpack("i", fcntl.ioctl(sock, 0x5411, b"\0" * 4))[0]  # SIOCOUTQ
    return bool(unsent == 0)


def unread(sock: socket.socket) -> int:
    """The bytes that wait for this end of a connection."""
    import fcntl
    import termios

    return int(struct.unpack("i", fcntl.ioctl(sock, termios.FIONREAD, b"\0" * 4))[0])


def backlog(ports: Container[int]) -> int:
    """The bytes under way to sockets of these ports of this machine, or come and not read yet
    (Linux; else 0)."""
    waiting = 0
    for fields in map(str.split, _read("/proc/net/tcp").splitlines()[1:]):
        local, remote = (int(address.rpartition(":")[2], 16) for address in fields[1:3])
        unsent, unread = (int(queue, 16) for queue in fields[4].split(":"))
        if fields[3] != "0A":  # the queue of a listener counts clients
            waiting += unread * (local in ports) + unsent * (remote in ports)
    return waiting


def unsent() -> set[tuple[int, int]]:
    """The ports, from and to, between which something is under way on this machine (Linux)."""
    found = set()
    for fields in map(str.split, _read("/proc/net/tcp").splitlines()[1:]):
        local, remote = (int(address.rpartition(":")[2], 16) for address in fields[1:3])
        if int(fields[4].partition(":")[0], 16):  # tx_queue, a FIN included
            found.add((local, remote))
    return found


def _state(task: str) -> str:
    return "".join(_read(f"{task}/stat").rpartition(")")[2].split()[:1])


def _tasks(pid: int) -> list[str]:
    try:
        return [f"/proc/{pid}/task/{name}" for name in os.listdir(f"/proc/{pid}/task")]
    except OSError:
        return []


def _read(path: str) -> str:
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ""
