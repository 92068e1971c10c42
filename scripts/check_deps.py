#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the direction of dependencies: compares every #include with the two tables of docs/map.md."""

import fnmatch
import re
import sys
from pathlib import Path

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
SOURCES = (".h", ".cpp", ".c", ".inc")


def module_name(folder):
    """The first part of an include from this folder: "src/base" -> "base"."""
    return folder.rpartition("/")[2]


class Map:
    """The tables `folder | holds | may include` and `outside header | only in` of docs/map.md."""

    def __init__(self, text):
        self.allowed = {}  # "src/base" -> names of modules
        self.doors = {}  # "spdlog/*" -> file patterns
        table = None
        for line in text.splitlines():
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            if not line.startswith("|"):
                table = None
            elif cells[-1] == "may include":
                table = self.allowed
            elif cells[-1] == "only in":
                table = self.doors
            elif table is not None and cells[0].startswith("`"):
                key = cells[0].strip("`").rstrip("/")
                table[key] = re.findall(r"`([^`]+)`", cells[-1])

    @property
    def modules(self):
        return {module_name(folder) for folder in self.allowed}

    def folder_of(self, path):
        """The row a file belongs to: the longest folder that contains it."""
        rows = [folder for folder in self.allowed if path.startswith(folder + "/")]
        return max(rows, key=len, default=None)


def objection(rules, path, quote, header):
    """Why `path` may not include `header`, or None."""
    for pattern, places in rules.doors.items():
        if fnmatch.fnmatch(header, pattern):
            if any(fnmatch.fnmatch(path, place) for place in places):
                return None
            return f"<{header}> may be included only in {', '.join(places)}"
    folder = rules.folder_of(path)
    if folder is None:
        return "its folder has no row in docs/map.md"
    target = header.split("/")[0] if "/" in header else None
    if quote == "<" and target not in rules.modules:
        outside = target not in (None, "sys", "linux")
        return f"<{header}> is an outside library without a row in docs/map.md" if outside else None
    if target in {None, module_name(folder), "generated", *rules.allowed[folder]}:
        return None
    return f'"{header}": {folder} may include {", ".join(rules.allowed[folder]) or "nothing"}'


def violations(root):
    rules = Map((root / "docs/map.md").read_text())
    for top in ("include", "src", "tools", "python/src"):
        for file in sorted((root / top).rglob("*")):
            if file.suffix not in SOURCES:
                continue
            path = file.relative_to(root).as_posix()
            for number, line in enumerate(file.read_text().splitlines(), 1):
                match = INCLUDE.match(line)
                reason = match and objection(rules, path, *match.groups())
                if reason:
                    yield f"{path}:{number}: {reason}"


def main():
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent
    found = list(violations(root))
    print("\n".join(found) if found else "all includes follow docs/map.md")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
