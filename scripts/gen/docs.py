# SPDX-License-Identifier: Apache-2.0
"""Pages for readers: docs/api-coverage.md and docs/errors.md."""
from itertools import groupby

from .text import banner

NOTES = {
    "deprecated": "deprecated",
    "reserved": "reserved",
    "unsupported": "not on the documented product",
    "unsupported_rc": "not on the documented product as a board",
}


def outputs(spec):
    return {"docs/api-coverage.md": _coverage(spec), "docs/errors.md": _errors(spec)}


def _page(title, tables, *paragraphs):
    return [f"<!-- {banner(*tables)} -->", f"# {title}", *paragraphs]


def _table(heads, rows):
    """A Markdown table; heads that end in `:` are columns of numbers."""
    rule = ["---:" if head.endswith(":") else "---" for head in heads]
    lines = [[head.rstrip(":") for head in heads], rule, *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def _anchor(module):
    return f"[`{module}`](#{module.replace('.', '')})"


def _coverage(spec):
    present = {function.python for function in spec.functions}
    modules = {}
    for entry in sorted(spec.manual, key=lambda entry: entry.module):
        modules.setdefault(entry.module, []).append(entry)
    counts = [(module, sum(entry.python in present for entry in entries), len(entries))
              for module, entries in modules.items()]
    total = ("all", sum(count for _, count, _ in counts), len(spec.manual))
    page = _page(
        "Functions", ("spec/manual.tsv", "spec/api/*.toml"),
        f"The manual describes {len(spec.manual)} functions. One that is present works as the manual says, from C and "
        "from Python; one that is absent is neither declared nor bound.",
        _table(["module", "present:", "of:"], [(_anchor(m), here, of) for m, here, of in counts] + [total]))
    for module, entries in modules.items():
        page += [f"## {module}", _table(["function", "C", "section", "state", "note"],
                                        [_coverage_row(entry, present) for entry in entries])]
    return "\n\n".join(page) + "\n"


def _coverage_row(entry, present):
    notes = ", ".join(note for flag, note in NOTES.items() if flag in entry.flags)
    here = "present" if entry.python in present else "absent"
    return f"`{entry.python}`", f"`{entry.name}`" if entry.name else "", entry.section, here, notes


def _errors(spec):
    page = _page(
        "Return codes", ("spec/errors.toml",),
        "What a function of type `aclError` returns. Codes 1xxxxx are mistakes a program can avoid, 2xxxxx and 3xxxxx "
        "are limits it ran into, 5xxxxx are faults inside. `acl.get_recent_err_msg()` says more about the latest "
        "failure: the function, the argument, its value and what was expected.")
    for title, errors in groupby(spec.errors, lambda error: error.group):
        rows = [(error.value, f"`{error.name}`", error.sentence,
                 f"Deprecated: use `{error.deprecated}`." if error.deprecated else error.remedy)
                for error in errors]
        page += [f"## {title}", _table(["code:", "name", "meaning", "what to do"], rows)]
    return "\n\n".join(page) + "\n"
