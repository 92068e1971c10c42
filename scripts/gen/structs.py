# SPDX-License-Identifier: Apache-2.0
"""Structures for the binding: their dict keys, and their layout to hold the headers to."""
import json
import re

from .model import base_type
from .table import SpecError
from .text import banner, fill

SIZES = {"bool": 1, "char": 1, "int": 4, "float": 4, "double": 8, "size_t": 8}


def outputs(spec):
    top = ("SPDX-License-Identifier: Apache-2.0", banner("spec/types.toml"),
           "The macros are those of python/src/struct_codec.h.")
    return {"python/src/generated/structs.inc": "".join(f"// {line}\n" for line in top) + rows(spec)}


def rows(spec):
    layouts = _Layouts(spec)
    blocks = ["\n".join([_fields(struct), *layouts.rows(struct)]) for struct in spec.structs]
    return "".join(f"\n{block}\n" for block in blocks)


def _fields(struct):
    read = set()
    for field in struct.fields:
        if field.count and field.count not in read:
            raise SpecError(f"{struct.name}: '{field.count}' must stand before '{field.name}', which it counts")
        read.add(field.name)
    return fill(f"STRUCT({struct.name}, (", [_field(field) for field in struct.fields], "))")


def _field(field):
    key = json.dumps(field.key)
    return f"COUNTED({key}, {field.name}, {field.count})" if field.count else f"FIELD({key}, {field.name})"


class _Layouts:
    """Sizes and offsets as a 64-bit Linux compiler lays structures out."""

    def __init__(self, spec):
        self.structs = {struct.name: struct for struct in spec.structs}
        self.aliases = {alias.name: alias.c for alias in spec.aliases}
        self.enums = set(spec.enum_by_name)
        self.macros = {macro.name: macro.value for macro in spec.macros}

    def rows(self, struct):
        offsets, size, _ = self.struct(struct)
        yield f"LAYOUT_SIZE({struct.name}, {size})"
        for name, offset in offsets.items():
            yield f"LAYOUT_OFFSET({struct.name}, {name}, {offset})"

    def struct(self, struct):
        """Offsets by field name, size and alignment."""
        offsets, end, alignment = {}, 0, 1
        for field in struct.fields:
            size, align = self.type(field.type)
            for length in field.length:
                size *= self.macros.get(length, length)
            offsets[field.name] = end = -(-end // align) * align
            end += size
            alignment = max(alignment, align)
        return offsets, -(-end // alignment) * alignment, alignment

    def type(self, c_type):
        """Size and alignment."""
        name = base_type(c_type)
        if "*" in c_type:
            return 8, 8
        if name in self.structs:
            return self.struct(self.structs[name])[1:]
        if name in self.aliases:
            return self.type(self.aliases[name])
        bits = re.fullmatch(r"u?int(\d+)_t", name)
        size = int(bits[1]) // 8 if bits else 4 if name in self.enums else SIZES.get(name, 8)
        return size, size
