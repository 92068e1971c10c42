#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Adds up the results of a test run: JUnit reports and the list of checks. Prints the sum, fails if anything failed."""

import sys
import xml.etree.ElementTree as ET
from pathlib import Path


def results(folder):
    """Yields (state, name) of every test."""
    checks = folder / "checks"
    for line in checks.read_text().splitlines() if checks.exists() else []:
        state, name = line.split(" ", 1)
        yield state, name
    for report in sorted(folder.glob("*.xml")):
        for case in ET.parse(report).iter("testcase"):
            yield state_of(case), f"{report.stem}: {case.get('classname')}.{case.get('name')}"


def state_of(case):
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    if case.find("skipped") is not None or case.get("status") in ("disabled", "notrun"):
        return "skipped"
    return "passed"


def main():
    seen = list(results(Path(sys.argv[1])))
    names = {state: [name for s, name in seen if s == state] for state in ("passed", "failed", "skipped")}
    print()
    for name in names["failed"]:
        print(f"failed: {name}")
    skipped = f", {len(names['skipped'])} skipped" if names["skipped"] else ""
    print(f"{len(names['passed'])} passed, {len(names['failed'])} failed{skipped}")
    return 1 if names["failed"] or not names["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
