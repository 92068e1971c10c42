#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails for every function of the tables, C or Python, and every operator that no test called successfully.

Usage: ledger.py FILE. The library, the module and the tests of operators append to the file named by SOFTACL_LEDGER
when a process ends: `c aclrtMalloc 12 3`, `py acl.rt.malloc 5 0` and `op Softmax 7 1` are counts of calls that succeeded
and that failed.
"""
import re
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

from gen.spec import load  # noqa: E402  (the package beside this file)


SIDES = {"c": "C", "py": "Python", "op": "operator"}


def read(lines):
    """Successful calls and failed calls by (side, function), over all processes."""
    succeeded, failed = Counter(), Counter()
    for line in lines:
        side, function, good, bad = line.split()
        succeeded[side, function] += int(good)
        failed[side, function] += int(bad)
    return succeeded, failed


def wanted(spec):
    for name in re.findall(r"^OP\((\w+)\)", (ROOT / "src/ops/ops.inc").read_text(encoding="utf-8"), re.MULTILINE):
        yield "op", name
    for function in spec.functions:
        if function.name:
            yield "c", function.name
        yield "py", function.python


def report(functions, lines):
    """The lines to print and whether every function was called successfully."""
    succeeded, failed = read(lines)
    missing = [key for key in functions if not succeeded[key]]
    shown = []
    for side, function in missing:
        tried = f"only failing calls ({failed[side, function]})" if failed[side, function] else "no call"
        shown.append(f"{SIDES[side]} {function}: {tried} in any test")
    calls = sum(succeeded.values()) + sum(failed.values())
    shown.append(f"{len(functions) - len(missing)} of {len(functions)} functions and operators have a successful call "
                 f"({calls} calls counted)")
    return shown, not missing


def main():
    ledger = Path(sys.argv[1])
    lines = ledger.read_text(encoding="utf-8").splitlines() if ledger.is_file() else []
    shown, complete = report(list(wanted(load(ROOT))), lines)
    print("\n".join(shown))
    return 0 if complete else 1


if __name__ == "__main__":
    sys.exit(main())
