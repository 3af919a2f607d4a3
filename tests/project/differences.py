"""Prints what our engines do better than the real asyncore, as a run of the rules shows it now.

    python3 tests/project/differences.py [en|zh]

docs/records/engine/ holds what it printed; `./looplab dev record` records it anew.
"""

import os
import sys
from typing import Any

from engine_rules import RULES, Rule
from engines import KERNELS, Run, oracle, records

WORDS = {
    "en": {
        "compat": "{0} of {1} rules hold on asyncore and on both engines alike.",
        "but": "These do not:",
        "better": "Where ours are better:",
        "new": "What ours have in addition:",
        "nowhere": "The real asyncore is nowhere here: use Python 3.11, or install pyasyncore.",
    },
    "zh": {
        "compat": "{1} 条规则里，有 {0} 条在 asyncore 和两个引擎上表现一致。",
        "but": "不一致的：",
        "better": "我们更好的地方：",
        "new": "我们多出来的：",
        "nowhere": "这里找不到真正的 asyncore：请用 Python 3.11，或者安装 pyasyncore。",
    },
}
HEAD = "asyncore  asyncore  ours       ours\nselect    poll      reference  fast"
ROW = "{:<9} {:<9} {:<10} {:<4}  {}"
COLUMNS = (
    ("asyncore", "select"),
    ("asyncore", "poll"),
    ("reference", "select"),
    ("reference", "poll"),
    ("fast", KERNELS[-1]),
)


def answers(real: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    """What every column showed, by rule."""
    begun = {}
    for engine, mux in COLUMNS:
        named = real if engine == "asyncore" else {}
        begun[engine, mux] = Run(sys.executable, engine, mux, **named).start()
    return {
        column: {one["rule"]: one["seen"] for one in records(process)}
        for column, process in begun.items()
    }


def marks(rule: Rule, seen: dict[tuple[str, str], dict[str, Any]]) -> list[str]:
    """For each column whether it shows what ours have to show; both of the reference's in one."""
    found = []
    for column in COLUMNS:
        if rule.name not in seen[column]:
            found.append("·")
        else:
            wanted = rule.expected("reference", column[1])
            found.append("✓" if seen[column][rule.name] == wanted else "✗")
    ours = found.pop(2)
    found[2] = min(ours, found[2], key="✗·✓".index)
    return found


def main() -> None:
    lang = (sys.argv[1:] or [os.environ.get("LOOPLAB_LANG", "en")[:2]])[0]
    words = WORDS[lang]
    real = oracle(sys.executable)
    if not real:
        sys.exit(words["nowhere"])
    seen = answers(real)
    told = {rule.name: marks(rule, seen) for rule in RULES}
    compat = [rule for rule in RULES if rule.tier == "compat"]
    broken = [rule for rule in compat if "✗" in told[rule.name]]
    print(words["compat"].format(len(compat) - len(broken), len(compat)))
    listed = {tier: [one for one in RULES if one.tier == tier] for tier in ("better", "new")}
    for tier, rules in ({"but": broken} | listed).items():
        if rules:
            print(f"\n{words[tier]}\n\n{HEAD}")
        for rule in rules:
            print(ROW.format(*told[rule.name], rule.text.get(lang, rule.text["en"])))


if __name__ == "__main__":
    main()
