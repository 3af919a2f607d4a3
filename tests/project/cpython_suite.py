"""CPython's own tests of asyncore, on an engine: `python cpython_suite.py ENGINE TEST_FILE`.

ENGINE is a file, or `asyncore` for the module of this Python. The test file is loaded as it is,
from where it lies, under its own name: one of its tests looks for that name in a traceback. The
engine is loaded under the name `asyncore`, which another test finds in a repr, before it runs:
whatever says `import asyncore` from then on, asynchat too, gets the engine.

Prints a JSON line: {test: ok, skipped or failed}, and the tracebacks on stderr.
"""

import importlib.util
import json
import sys
import unittest
import warnings
from types import ModuleType
from typing import Any

warnings.simplefilter("ignore", DeprecationWarning)


def load(name: str, path: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec and spec.loader
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Told(unittest.TextTestResult):
    """Remembers every test by its name."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.told: dict[str, str] = {}

    def startTest(self, test: unittest.TestCase) -> None:
        self.told[test.id()] = "ok"
        super().startTest(test)

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:
        self.told[test.id()] = "skipped"
        super().addSkip(test, reason)

    def addError(self, test: unittest.TestCase, err: Any) -> None:
        self.told[test.id()] = "failed"
        super().addError(test, err)

    def addFailure(self, test: unittest.TestCase, err: Any) -> None:
        self.told[test.id()] = "failed"
        super().addFailure(test, err)


def main() -> None:
    engine, path = sys.argv[1:]
    if engine != "asyncore":
        load("asyncore", engine)
    name = "test." + path.rpartition("/")[2].removesuffix(".py")
    suite = unittest.defaultTestLoader.loadTestsFromModule(load(name, path))
    stream = unittest.runner._WritelnDecorator(sys.stderr)
    result = Told(stream, True, 1)
    suite.run(result)
    result.printErrors()
    print(json.dumps(result.told))


if __name__ == "__main__":
    main()
