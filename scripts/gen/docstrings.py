# SPDX-License-Identifier: Apache-2.0
"""The text that help() shows for a function, made of its row."""
import re

from .text import in_python, prose, wrap

WIDTH = 88
INDENT = "    "


def docstring(function, spec):
    """The lines of a docstring, without the signature."""
    def say(text, indent=""):
        return [(indent + line).rstrip() for line in prose(in_python(text, function, spec), WIDTH - len(indent))]

    lines = say(function.brief)
    if function.details:
        lines += ["", *say(function.details)]
    lines += _section("Parameters", [
        (f"{arg.py} : {_shown(arg.py_type)}{', optional' if arg.optional else ''}",
         say(arg.doc, INDENT) + [INDENT + value for value in _values(arg, spec)]) for arg in function.args])
    lines += _section("Returns", [
        (f"{result.name} : {_shown(result.py_type)}", say(result.doc, INDENT)) for result in function.results])
    lines += _section("Errors", _where_to_ask(function) + [
        (f"{spec.error_by_name[name].value} {name}", say(when, INDENT))
        for name, when in _errors_in_python(function).items()])
    return lines + ["", *_notes(function)]


def _where_to_ask(function):
    """For a function that can fail but returns no code."""
    is_silent = function.errors and "ret" not in [result.name for result in function.results]
    return [("", ["The result does not tell; acl.get_recent_err_msg does."])] if is_silent else []


def _errors_in_python(function):
    """Without the cases of a null out parameter: Python has none."""
    outs = [param.name for param in function.params if param.role == "out"]
    cases = {}
    for name, when in function.errors.items():
        for out in outs:
            when = re.sub(rf"`{out}` is null(, | or |$)", "", when)
        if when and not (when == "an argument is null" and len(outs) == len(function.params)):
            cases[name] = when
    return cases


def _section(title, entries):
    """A heading and its entries; `None` where there is none."""
    if not entries:
        return ["", f"{title}: none"]
    lines = ["", title, "-" * len(title)]
    for head, body in entries:
        lines += [head, *body] if head else body
    return lines


def _shown(py_type):
    return re.sub(r"\b(typing|collections\.abc)\.", "", py_type)


def _values(arg, spec):
    """The members of an enumeration, unless the description names them itself: the module has no constants."""
    members = spec.enum_by_name[arg.type].members if arg.type in spec.enum_by_name else ()
    if any(member.name in arg.doc for member in members):
        return
    for member in members:
        yield from wrap(f"{member.name}{': ' if member.doc else ''}{member.doc}", WIDTH - len(INDENT),
                        f"{member.value}  ", INDENT)


def _notes(function):
    others = " Other Python threads run while it waits." if function.blocks else ""
    yield from wrap(f"Threads: {function.threads}{others}", WIDTH, rest=INDENT)
    if function.deprecated:
        yield f"Deprecated: use {function.deprecated}."
    if function.since:
        yield f"Since: {function.since}"
    yield f"C function: {function.name or 'none'}"
    yield f"Manual: section {function.section}"
