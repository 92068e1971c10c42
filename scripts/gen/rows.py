# SPDX-License-Identifier: Apache-2.0
"""What C++ reads of the tables: rows of argument checks, rows of error codes, rows for the misuse test."""
import json

from .text import banner, fill

CHECKS = {"none": "kNone", "non_null": "kNonNull", "positive": "kPositive", "range": "kRange"}


MISSING = {"unsupported": "kEverywhere", "reserved": "kEverywhere", "unsupported_rc": "kOnTheDevice"}


def outputs(spec):
    return {
        "src/api/generated/rows.h": _rows(spec),
        "src/base/generated/errors.inc": _errors(spec),
        "tests/api/generated/functions.inc": _functions(spec),
    }


def _top(*lines):
    return "".join(f"// {line}\n" for line in ("SPDX-License-Identifier: Apache-2.0", *lines))


def _rows(spec):
    functions = spec.c_functions
    flags = {entry.python: entry.flags for entry in spec.manual}
    lines = [_top(banner("spec/api/*.toml"), "One row per C function: what its arguments are checked for."),
             '#pragma once\n\n#include "api/row.h"\n\nnamespace softacl::api::row {\n']
    for number, function in enumerate(functions):
        name, params = function.name, "nullptr"
        if function.params:
            params = f"kParams_{name}"
            items = [f'{{"{p.name}", Check::{CHECKS[p.check]}, {p.min}, {p.max}}}' for p in function.params]
            lines.append(fill(f"inline constexpr Param {params}[] = {{", items, "};"))
        lines.append(fill(f"inline constexpr Row {name} = {{", [
            str(number), f'"{name}"', f'"{function.python or ""}"', params, str(len(function.params)),
            f"Missing::{missing(flags.get(function.python, ()))}"], "};\n"))
    lines.append(f"inline constexpr int kCount = {len(functions)};")
    lines.append(fill("inline constexpr const Row* kAll[] = {", [f"&{f.name}" for f in functions], "};\n"))
    lines.append("}  // namespace softacl::api::row\n")
    return "\n".join(lines)


def missing(flags):
    return next((where for flag, where in MISSING.items() if flag in flags), "kNowhere")


def _errors(spec):
    """One row per value, in ascending order; further names of a value follow as aliases."""
    first = {}
    for error in sorted(spec.errors, key=lambda error: error.value):
        first.setdefault(error.value, error)
    lines = [_top(banner("spec/errors.toml"), "ERROR_CODE(name, value, sentence, remedy), by value;",
                  "ERROR_ALIAS(name, name of the row above with the same value), optional.")]
    for error in first.values():
        texts = f"{json.dumps(error.sentence)}, {json.dumps(error.remedy)}"
        lines.append(f"ERROR_CODE({error.name}, {error.value}, {texts})")
    lines.append("\n#ifdef ERROR_ALIAS")
    lines += [f"ERROR_ALIAS({e.name}, {first[e.value].name})" for e in spec.errors if e.alias]
    lines.append("#endif")
    return "\n".join(lines) + "\n"


def _functions(spec):
    lines = [_top(banner("spec/api/*.toml"),
                  "FUNCTION(name, parameters...): each parameter is \"name:what\" or \"name:range:min:max\"; `what`",
                  "is out, a kind of handle or address, path, a check (positive, non_null) or plain.")]
    for function in spec.c_functions:
        if function.variadic:
            continue
        items = [f'"{param.name}:{_nature(param)}"' for param in function.params]
        lines.append(fill(f"FUNCTION({function.name}, ", items, ")"))
    return "\n".join(lines) + "\n"


def _nature(param):
    if param.role == "out" or param.kind:
        return "out" if param.role == "out" else param.kind
    if param.check == "range":
        return f"range:{param.min}:{param.max}"
    return "plain" if param.check == "none" else param.check
