# SPDX-License-Identifier: Apache-2.0
"""Compares the rows with the manual: prototypes, Python names, arguments and results."""
import re


def disagreements(spec):
    """One sentence per row that contradicts spec/manual.tsv."""
    manual = {entry.python: entry for entry in spec.manual}
    found = []
    for group in spec.groups:
        for function in filter(lambda row: row.python, group.functions):
            entry = manual.get(function.python)
            if entry is None:
                found.append(f"{group.file}: {function.python} is no function of the manual")
                continue
            found += [f"{group.file}: {function.python}: {what}" for what in _compare(function, entry)]
    return found


def _compare(function, entry):
    facts = [("section", function.section, entry.section),
             ("C name", function.name or "", entry.name),
             ("Python arguments", [arg.py for arg in function.args], entry.py_params),
             ("Python results", [result.name for result in function.results], entry.py_results)]
    if function.name and not function.prototype_differs:
        facts.append(("prototype", normal(function.prototype), normal(entry.prototype)))
    for what, ours, theirs in facts:
        if ours != theirs:
            yield f"{what} {ours!r}, in the manual {theirs!r}"


def normal(prototype):
    """A prototype without the freedom of writing: spaces, `(void)`, a closing semicolon."""
    prototype = prototype.strip().rstrip(";").replace("(void)", "()")
    return re.sub(r"\s*([*(),\[\]])\s*", r"\1", re.sub(r"\s+", " ", prototype))
