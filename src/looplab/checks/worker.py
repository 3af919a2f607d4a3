"""A pytest that is imported before it is known what to run: that saves the learner a moment.

Reads jobs from standard input, a JSON object a line: `arguments` for pytest, and `records`, the
descriptor to which {"end": STATUS} is written after the job's records. Ends where the input ends.
"""

import gc

gc.disable()  # nothing that an import makes is garbage

import json
import os
import select
import signal
import sys

import pytest

import looplab.checks.plugin  # noqa: F401  it imports all that a check needs
from looplab.checks import proc

gc.freeze()
gc.enable()


INTERRUPT = (signal.SIGINT,)


def main() -> None:
    while line := sys.stdin.readline():
        job = json.loads(line)
        status = in_a_child(job["arguments"])
        os.write(job["records"], json.dumps({"end": status}).encode() + b"\n")


def in_a_child(arguments: list[str]) -> int:
    """Run pytest in a fork of this process, so that every job finds it as new. Its exit status."""
    signal.pthread_sigmask(signal.SIG_BLOCK, INTERRUPT)  # it waits until it is known whom it meets
    me = os.getpid()
    pid = os.fork()
    if pid == 0:
        status = 70
        try:
            proc.die_with_parent(me)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, INTERRUPT)
            status = int(pytest.main(arguments))
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
    while True:
        try:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, INTERRUPT)
            wait_for(pid)
            return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        except KeyboardInterrupt:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # once: a second one would stop its end
            os.kill(pid, signal.SIGINT)  # pytest then ends the learner's program


def wait_for(pid: int) -> None:
    """Wait for the end of a child. Raises KeyboardInterrupt when the command that asked is gone."""
    if sys.platform != "linux" or signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        return  # nothing more to hear: waitpid does the rest
    ended = os.pidfd_open(pid)
    try:
        poller = select.poll()
        poller.register(ended, select.POLLIN)
        poller.register(sys.stdin, 0)  # hang-up is told unasked
        if ended not in dict(poller.poll()):
            raise KeyboardInterrupt
    finally:
        os.close(ended)


if __name__ == "__main__":
    main()
