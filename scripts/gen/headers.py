# SPDX-License-Identifier: Apache-2.0
"""The public C headers: include/acl/*.h."""
import re
from itertools import groupby

from .model import declare
from .text import WIDTH, banner, fill, prose, wrap

SYSTEM_INCLUDES = ("stdbool.h", "stddef.h", "stdint.h")
MACROS = """\
/** Marks what the library exports. */
#if defined(__GNUC__)
#define ACL_API __attribute__((visibility("default")))
#else
#define ACL_API
#endif

/** Lets an enumeration in C++ hold every value that it can hold in C, known or not. */
#ifdef __cplusplus
#define ACL_AS_INT : int
#else
#define ACL_AS_INT
#endif
"""


def outputs(spec):
    return {f"include/acl/{header.name}": _header(spec, header) for header in spec.headers}


def _header(spec, header):
    groups = [group for group in spec.groups if group.header == header.name]
    is_base = header is spec.headers[0]
    tables = ["spec/errors.toml"] * is_base + ["spec/types.toml"] + [group.file for group in groups]
    guard = "SOFTACL_" + re.sub(r"\W", "_", header.name).upper()
    parts = [_top(header, tables), f"#ifndef {guard}\n#define {guard}\n", _includes(header, is_base)]
    if is_base:
        parts += [MACROS, *_errors(spec)]
    body = [*_types(spec, header), *_functions(spec, groups)]
    if body:
        parts += ['#ifdef __cplusplus\nextern "C" {\n#endif\n', *body, "#ifdef __cplusplus\n}\n#endif\n"]
    parts.append(f"#endif  /* {guard} */\n")
    return "\n".join(parts)


def _top(header, tables):
    lines = ["SPDX-License-Identifier: Apache-2.0", *wrap(banner(*tables), WIDTH - 3)]
    return "/*\n" + "".join(f" * {line}\n" for line in lines) + " */\n" + "\n" + _comment(
        [f"@file acl/{header.name}", "", *prose(header.doc, WIDTH - 3)])


def _includes(header, is_base):
    if is_base:
        return "".join(f"#include <{name}>\n" for name in SYSTEM_INCLUDES)
    return "".join(f'#include "{name}"\n' for name in header.includes)


def _comment(lines):
    """A documentation comment: on one line if there is one line and it fits."""
    if len(lines) == 1 and len(lines[0]) <= WIDTH - 7:
        return f"/** {lines[0]} */\n"
    return "/**\n" + "".join(f" * {line}".rstrip() + "\n" for line in lines) + " */\n"


def _described(doc, code):
    return _comment(prose(doc, WIDTH - 3)) + code


def _rule(title):
    return f"/* {title} ".ljust(WIDTH - 3, "-") + " */\n"


def _errors(spec):
    for title, errors in groupby(spec.errors, lambda error: error.group):
        lines = [_rule(f"Return codes: {title[:1].lower()}{title[1:]}")]
        for error in errors:
            instead = f" Deprecated: use {error.deprecated}." if error.deprecated else ""
            lines.append(_described(error.sentence + instead, f"#define {error.name} {error.value}\n"))
        yield "".join(lines)


def _types(spec, header):
    """Declarations of the header's types and constants, in an order in which each is known before its use."""
    declarations = [
        (spec.macros, lambda macro: f"#define {macro.name} {macro.value}\n"),
        (spec.aliases, lambda alias: f"typedef {declare(alias.c, alias.name)};\n"),
        (spec.handles, lambda handle: f"{handle.declaration}\n"),
        (spec.enums, _enum),
        (spec.callbacks, lambda callback: f"typedef {callback.c.replace('(*', '(*' + callback.name, 1)};\n"),
        (spec.structs, _struct),
    ]
    lines = [_described(item.doc, declaration(item))
             for items, declaration in declarations for item in items if item.header == header.name]
    return [_rule("Types and constants"), *lines] if lines else []


def _enum(enum):
    return _braces(f"enum {enum.name} ACL_AS_INT", enum.name, [(f"{m.name} = {m.value},", m.doc) for m in enum.members])


def _struct(struct):
    return _braces(f"struct {struct.name}", struct.name, [(f"{f.declaration};", f.doc) for f in struct.fields])


def _braces(head, name, members):
    """An enumeration or structure; comments stand behind the members if all of them fit there."""
    column = max(len(code) for code, _ in members) + 5
    behind = [f"    {code}".ljust(column) + (f"/**< {doc} */" if doc else "") for code, doc in members]
    if max(map(len, behind)) > WIDTH:
        behind = [f"    /** {doc} */\n    {code}" if doc else f"    {code}" for code, doc in members]
    lines = "".join(line.rstrip() + "\n" for line in behind)
    return f"typedef {head} {{\n{lines}}} {name};\n"


def _functions(spec, groups):
    for group in groups:
        yield _rule(group.title)
        for function in filter(lambda row: row.name, group.functions):
            yield _comment(list(_manual_page(spec, function))) + _declaration(function)


def _manual_page(spec, function):
    width = WIDTH - 3
    yield from prose(function.brief, width)
    if function.details:
        yield ""
        yield from prose(function.details, width)
    if function.params:
        yield ""
        yield from _params(function.params, width)
    yield ""
    yield from _returns(spec, function, width)
    yield ""
    waits = " The call may wait or compute for long." if function.blocks else ""
    yield from wrap(f"{function.threads}{waits}", width, "Threads: ", "         ")
    yield f"Python:  {function.py_call}"
    yield f"Manual:  section {function.section}"
    if function.since:
        yield f"@since {function.since}"
    if function.deprecated:
        yield f"@deprecated Use `{function.deprecated}`."


def _params(params, width):
    heads = [f"@param[{param.role}] " for param in params]
    column = max(map(len, heads))
    name_width = max(len(param.name) for param in params)
    for head, param in zip(heads, params):
        first = head.ljust(column) + param.name.ljust(name_width) + "  "
        yield from wrap(param.doc, width, first, " " * len(first))


def _returns(spec, function, width):
    if function.returns == "void":
        return
    if function.returns != "aclError":
        yield from wrap(function.results[-1].doc, width, "@return ", "        ")
        if function.errors:
            yield ""
            yield "A failure leaves a sentence for `aclGetRecentErrMsg`, with one of these codes:"
            yield from _codes(spec, function, width)
        return
    if not function.errors:
        yield "@return `ACL_SUCCESS` (0)."
        return
    yield "@return `ACL_SUCCESS` (0), or"
    yield from _codes(spec, function, width)


def _codes(spec, function, width):
    for name, when in function.errors.items():
        value = spec.error_by_name[name].value
        yield from wrap(f"`{name}` ({value}): {when}", width, "  - ", "    ")


def _declaration(function):
    """The prototype; parameters that do not fit on the line continue below the first one."""
    head = f"ACL_API {declare(function.returns, function.name)}("
    return fill(head, function.c_params, ");", " " * len(head)) + "\n"
