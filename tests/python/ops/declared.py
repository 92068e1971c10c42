# SPDX-License-Identifier: Apache-2.0
"""What the operators declare, read from docs/operators.md: the ports and attributes of each."""
import dataclasses
import functools
import re
from pathlib import Path

FLOATS = ("float32", "float16", "bfloat16", "float64")
INTS = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64")
SETS = {"float": FLOATS, "integer": INTS, "number": FLOATS + INTS, "any": FLOATS + INTS + ("bool",)}
PAGE = Path(__file__).parents[3] / "docs" / "operators.md"


@dataclasses.dataclass
class Port:
    name: str
    arity: str  # "", "?" or "*"
    types: tuple


@dataclasses.dataclass
class Attr:
    name: str
    kind: str
    required: bool


@dataclasses.dataclass
class Operator:
    name: str
    inputs: list
    outputs: list
    attrs: list


def port(name, arity, types):
    return Port(name, arity, tuple(each for part in types.split("/") for each in SETS.get(part, (part,))))


@functools.lru_cache
def operators():
    """By name."""
    found = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)]
        if len(cells) < 8 or cells[1] in ("operator", "---"):
            continue
        ports = [[port(*each) for each in re.findall(r"`(\w+)([?*]?)` ([\w/]+)", cells[i])] for i in (3, 4)]
        attrs = [Attr(name, kind, not optional)
                 for name, kind, optional in re.findall(r"`(\w+)` (\w+)(\??)", cells[5])]
        found[cells[1]] = Operator(cells[1], *ports, attrs)
    return found
