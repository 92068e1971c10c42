#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails for every function of the tables, C or Python, and every operator that no test called successfully, and for every
documented error of a C function that no test brought about, but for those of spec/untested.toml.

Usage: ledger.py FILE. The library, the module and the tests of operators append to the file named by SOFTACL_LEDGER
when a process ends: `c aclrtMalloc 12 3`, `py acl.rt.malloc 5 0` and `op Softmax 7 1` are counts of calls that succeeded
and that failed, `code aclrtMalloc:207001 2 0` counts the failures with a code.
"""
import re
import sys
import tomllib
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

from gen.spec import load  # noqa: E402  (the package beside this file)


SIDES = {"c": "C", "py": "Python", "op": "operator", "code": "documented error"}


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
    for function in spec.rows:
        if function.name:
            yield "c", function.name
        if function.python:
            yield "py", function.python


def documented_errors(spec, untested):
    """Keys of the errors that a test must bring about; fails for a row of `untested` that names none."""
    values = {error.name: error.value for error in spec.errors}
    errors = [(function.name, name) for function in spec.c_functions for name in function.errors]
    excused = {(function, row["error"]) for row in untested for function in row["functions"]}
    unknown = excused - set(errors)
    if unknown:
        raise SystemExit(f"spec/untested.toml names what is not documented: {sorted(unknown)}")
    return [("code", f"{function}:{values[name]}") for function, name in errors if (function, name) not in excused]


def report(functions, lines):
    """The lines to print and whether every function was called successfully."""
    succeeded, failed = read(lines)
    missing = [key for key in functions if not succeeded[key]]
    shown = []
    for side, function in missing:
        if side == "code":
            shown.append(f"{SIDES[side]} {function}: brought about by no test")
            continue
        tried = f"only failing calls ({failed[side, function]})" if failed[side, function] else "no call"
        shown.append(f"{SIDES[side]} {function}: {tried} in any test")
    calls = sum(count for counts in (succeeded, failed) for (side, _), count in counts.items() if side != "code")
    errors = sum(side == "code" for side, _ in functions)
    missing_errors = sum(side == "code" for side, _ in missing)
    called = len(functions) - errors
    shown.append(f"{called - len(missing) + missing_errors} of {called} functions and operators have a successful call "
                 f"({calls} calls counted)")
    if errors:
        shown.append(f"{errors - missing_errors} of {errors} documented errors were brought about")
    return shown, not missing


def main():
    ledger = Path(sys.argv[1])
    lines = ledger.read_text(encoding="utf-8").splitlines() if ledger.is_file() else []
    spec = load(ROOT)
    untested = tomllib.loads((ROOT / "spec/untested.toml").read_text(encoding="utf-8"))["error"]
    shown, complete = report(list(wanted(spec)) + documented_errors(spec, untested), lines)
    print("\n".join(shown))
    return 0 if complete else 1


if __name__ == "__main__":
    sys.exit(main())
