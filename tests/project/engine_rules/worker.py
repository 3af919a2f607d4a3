"""One engine behind one multiplexer: every rule in a process of its own, a JSON line each.

    python -m engine_rules.worker --engine ../../solutions/asyncore.py --mux poll [--rule NAME]

Started from tests/project. The engine `asyncore` is the real module of this Python: the standard
library's up to 3.11, then pyasyncore's, where `--real FILE` says where its file is.
"""

import argparse
import faulthandler
import gc
import importlib.util
import json
import os
import select
import signal
import sys
import time
import traceback
import warnings
from pathlib import Path
from types import ModuleType
from typing import Any

from . import RULES, Rule
from .lab import PATIENCE, Lab, plain

KERNELS = {"select": "_Select", "poll": "_Poll", "epoll": "_Epoll", "kqueue": "_Kqueue"}


def load(path: str | None) -> ModuleType:
    """The module at `path` as `asyncore`, or the real one. The name counts: repr shows it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        if path is None:
            import asyncore

            return asyncore
        spec = importlib.util.spec_from_file_location("asyncore", path)
        assert spec and spec.loader
        module = sys.modules["asyncore"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module


def judge(rule: Rule, lab: Lab) -> dict[str, Any]:
    """What this rule sees, beside what it must see."""
    expected = rule.expected(lab.engine, lab.mux)
    try:
        seen, where = plain(rule.run(lab)), ""
    except BaseException as error:
        seen = f"{type(error).__name__}: {error}"
        where = traceback.format_exc()
    outcome = "passed" if seen == expected else "failed"
    return {"outcome": outcome, "expected": expected, "seen": seen, "where": where}


def in_a_process(rule: Rule, lab: Lab) -> dict[str, Any]:
    """The rule in a child, so that no map, descriptor or limit is left for the next one."""
    inlet, outlet = os.pipe()
    child = os.fork()
    if not child:
        os.close(inlet)
        os.dup2(2, 1)  # what an engine prints is no answer
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        faulthandler.dump_traceback_later(PATIENCE * 2, exit=True)
        answer = judge(rule, lab)
        with open(outlet, "w") as out:
            json.dump(answer, out)
        os._exit(0)
    os.close(outlet)
    told = b""
    end = time.monotonic() + PATIENCE * 3
    while select.select([inlet], [], [], max(0.0, end - time.monotonic()))[0]:
        chunk = os.read(inlet, 65536)
        told += chunk
        if not chunk:
            break
    os.close(inlet)
    os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    try:
        return dict(json.loads(told))
    except ValueError:
        reason = f"no answer, wait status {status}; stderr says where it stood"
        expected = rule.expected(lab.engine, lab.mux)
        return {"outcome": "failed", "expected": expected, "seen": reason, "where": ""}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--engine", required=True, help="a file, or asyncore: the real one")
    parser.add_argument("--kind", default="reference", help="what its rules expect of it")
    parser.add_argument("--real", help="the file of the real module, where Python has none")
    parser.add_argument("--mux", choices=KERNELS, default="select")
    parser.add_argument("--rule", help="only this one, in this process")
    options = parser.parse_args()
    real = options.engine == "asyncore"
    module = load(options.real if real else str(Path(options.engine).resolve()))
    if options.kind == "fast":  # it has a class for each, and takes the best one by itself
        module._BEST = getattr(module, KERNELS[options.mux])  # type: ignore[attr-defined]
    lab = Lab("asyncore" if real else options.kind, module, options.mux)
    gc.freeze()
    for rule in RULES:
        if options.rule not in (None, rule.name) or not rule.applies(lab.engine, lab.mux):
            continue
        answer = judge(rule, lab) if options.rule else in_a_process(rule, lab)
        print(json.dumps({"rule": rule.name, "tier": rule.tier} | answer), flush=True)


if __name__ == "__main__":
    main()
