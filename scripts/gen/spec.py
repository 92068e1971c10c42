# SPDX-License-Identifier: Apache-2.0
"""The tables of spec/ as Python objects, with the defaults of spec/README.md filled in.

    spec = load(root)           # root: the repository; raises SpecError
    spec.rows                   # every row, in the order of the manual
    spec.functions              # those that exist in Python
    spec.groups                 # every row, by file: header, title, functions
    function.args               # parameters that are arguments in Python
    function.results            # what Python returns, in order: name, py_type, doc
"""
from .model import (Alias, Callback, Enum, ErrorCode, Field, Function, Group, Handle, Header, Macro, ManualFunction,
                    Member, Param, Result, Spec, Struct, base_type, section_key, snake_case)
from .table import REQUIRED, Row, SpecError, read_toml

C_TYPES = {"void", "char", "bool", "int", "float", "double", "size_t"} | {
    f"{sign}int{bits}_t" for sign in ("", "u") for bits in (8, 16, 32, 64)}
UNSIGNED = {"size_t"} | {f"uint{bits}_t" for bits in (8, 16, 32, 64)}
VALUE_KINDS = {"device_memory", "host_memory", "memory", "path"}  # besides the kinds of handles
ROLES = {"in", "out"}
CHECKS = {"none", "non_null", "positive", "range"}
RET_DOC = "0 (`ACL_SUCCESS`), or an error code."


def load(root):
    folder = root / "spec"
    errors = _errors(read_toml(folder / "errors.toml", "spec/errors.toml"))
    types = _types(read_toml(folder / "types.toml", "spec/types.toml"))
    reader = _FunctionReader(types, {error.name for error in errors})
    groups = [reader.group(path) for path in sorted((folder / "api").glob("*.toml"))]
    groups.sort(key=lambda group: section_key(group.functions[0].section))
    return Spec(errors=errors, groups=tuple(groups), manual=_manual(folder / "manual.tsv"), **types)


def _errors(top):
    errors, seen_values, seen_names = [], set(), set()
    for group in top.rows("group", "[[group]]"):
        title, remedy = group.take("title"), group.take("remedy", str, None)
        for row in group.rows("error", "[[group.error]]"):
            name, value = row.take("name"), row.take("value", int)
            if name in seen_names:
                row.fail("the name is used twice")
            errors.append(ErrorCode(
                name=name, value=value, sentence=row.take("sentence"),
                remedy=row.take("remedy", str, remedy or REQUIRED),
                group=title, section=row.take("section", str, "10.14.1"),
                deprecated=row.take("deprecated", str, None), alias=value in seen_values))
            row.done()
            seen_names.add(name)
            seen_values.add(value)
        group.done()
    top.done()
    for error in errors:
        if error.deprecated and error.deprecated not in seen_names:
            top.fail(f"{error.name}: deprecated for '{error.deprecated}', which is no code here")
    return tuple(errors)


def _types(top):
    def header_file(row):
        return Header(row.take("name"), row.take("doc"), tuple(row.take("includes", list, [])))

    headers = _all(top, "header", header_file)
    names = [header.name for header in headers]

    def section(row):
        return row.take("section", str, "")

    def header(row):
        return row.choice("header", names, names[0])

    def handle(row):
        return Handle(row.take("name"), row.take("kind"), header(row), row.take("doc"),
                      row.take("opaque", bool, False))

    def alias(row):
        return Alias(row.take("name"), row.take("c"), header(row), row.take("doc"))

    def macro(row):
        return Macro(row.take("name"), row.take("value", (int, str)), header(row), row.take("doc"))

    def callback(row):
        return Callback(row.take("name"), row.take("c"), header(row), row.take("doc"))

    def member(row):
        return Member(row.take("name"), row.take("value", int), row.take("doc", str, ""))

    def enum(row):
        return Enum(row.take("name"), header(row), section(row), row.take("doc"),
                    _all(row, "members", member))

    def field(row):
        name = row.take("name")
        length = row.take("length", (int, str, list), [])
        length = tuple(length) if isinstance(length, list) else (length,)
        return Field(name, row.take("key", str, name), row.take("type"), length,
                     row.take("count", str, None), row.take("doc", str, ""))

    def struct(row):
        return Struct(row.take("name"), header(row), section(row), row.take("doc"),
                      _all(row, "fields", field))

    kinds = {"handles": handle, "aliases": alias, "enums": enum, "macros": macro,
             "callbacks": callback, "structs": struct}
    keys = {"aliases": "alias"}
    types = {kind: _all(top, keys.get(kind, kind[:-1]), read) for kind, read in kinds.items()}
    types["headers"] = headers
    top.done()
    _check_structs(types)
    return types


def _all(row, key, read):
    """The rows under `key`, read by `read`; names must differ and no key may be left over."""
    found = {}
    for item in row.rows(key, key if key.endswith("s") else f"[[{key}]]"):
        value = read(item)
        item.done()
        if value.name in found:
            item.fail("the name is used twice")
        found[value.name] = value
    return tuple(found.values())


def _type_names(types):
    kinds = ("handles", "aliases", "enums", "callbacks", "structs")
    return C_TYPES | {item.name for kind in kinds for item in types[kind]}


def _check_structs(types):
    known, macros = _type_names(types), {macro.name for macro in types["macros"]}
    for struct in types["structs"]:
        names = {field.name for field in struct.fields}
        for field in struct.fields:
            where = f"spec/types.toml: [[struct]] '{struct.name}': field '{field.name}'"
            if base_type(field.type) not in known:
                raise SpecError(f"{where}: unknown type '{field.type}'")
            for length in field.length:
                if isinstance(length, str) and length not in macros:
                    raise SpecError(f"{where}: length names no [[macro]]: '{length}'")
            if field.count and field.count not in names:
                raise SpecError(f"{where}: count names no field of the structure: '{field.count}'")


class _FunctionReader:
    """Reads spec/api/*.toml; knows the types and error names that rows may use."""

    def __init__(self, types, error_names):
        self.types = _type_names(types)
        self.headers = {header.name for header in types["headers"]}
        self.enums = {enum.name: enum for enum in types["enums"]}
        self.callbacks = {callback.name for callback in types["callbacks"]}
        self.kinds = VALUE_KINDS | {handle.kind for handle in types["handles"]}
        self.error_names = error_names
        self.places = {}  # name, C or Python -> where it was first used

    def group(self, path):
        shown = f"spec/api/{path.name}"
        top = read_toml(path, shown)
        header, title = top.choice("header", self.headers, ""), top.take("title")
        functions = tuple(self.function(row, header) for row in top.rows("function", "[[function]]"))
        top.done()
        if not functions:
            top.fail("the file has no [[function]]")
        return Group(shown, header, title, functions)

    def function(self, row, header):
        name, python = row.take("name", str, None), row.take("python", str, None)
        self.once(row, name)
        self.once(row, python)
        if name and not header:
            row.fail("the file names no header for a C function")
        if not name and not python:
            row.fail("the function has no name, neither in C nor in Python")
        returns = self.known_type(row, row.take("returns", str, "aclError")) if name else None
        params = tuple(self.param(item, bool(name)) for item in row.rows("params", "param"))
        function = Function(
            name=name, python=python, section=self.section(row), returns=returns,
            brief=row.take("brief"), details=row.take("details", str, ""),
            threads=row.take("threads", str, "May be called from any thread."),
            blocks=row.take("blocks", bool, False), by_hand=row.take("by_hand", bool, False),
            params=params, results=self.results(row, params, returns), errors=self.errors(row),
            since=row.take("since", str, None), deprecated=row.take("deprecated", str, None),
            prototype_differs=row.take("prototype_differs", str, None), header=header,
            variadic=row.take("variadic", bool, False))
        if any(param.c_only for param in function.params) and not function.by_hand:
            row.fail("a function with c_only parameters must be by_hand")
        if not name and not function.by_hand:
            row.fail("a function without C name must be by_hand")
        row.done()
        return function

    def once(self, row, name):
        if name in self.places:
            row.fail(f"'{name}' already has a row: {self.places[name]}")
        if name:
            self.places[name] = row.where

    @staticmethod
    def section(row):
        section = row.take("section")
        if not all(part.isdigit() for part in section.split(".")):
            row.fail(f"section must be numbers with dots, found '{section}'")
        return section

    def known_type(self, row, c_type):
        if base_type(c_type) not in self.types:
            row.fail(f"unknown type '{c_type}'")
        return c_type

    def param(self, row, in_c):
        name, role = row.take("name"), row.choice("role", ROLES, "in")
        c_type = self.known_type(row, row.take("type")) if in_c else None
        if role == "out" and not (c_type and c_type.endswith("*")):
            row.fail(f"role 'out' needs a pointer type, found '{c_type}'")
        check, low, high = self.check(row, role, c_type)
        param = Param(
            name=name, type=c_type, py=row.take("py", str, snake_case(name)),
            py_type=row.take("py_type", str, "int"), role=role,
            kind=row.choice("kind", self.kinds, None), check=check, min=low, max=high,
            optional=row.take("optional", bool, False), minus_one=row.take("minus_one", bool, False),
            through=row.take("through", bool, False), c_only=row.take("c_only", bool, False), doc=row.take("doc"))
        if role == "out" and (param.through or param.minus_one):
            row.fail("'through' and 'minus_one' are for parameters with the role 'in'")
        if param.minus_one and c_type not in UNSIGNED:
            row.fail(f"'minus_one' needs an unsigned type, found '{c_type}'")
        row.done()
        return param

    def check(self, row, role, c_type):
        enum = self.enums.get(c_type)
        default = "non_null" if role == "out" else "range" if enum else "none"
        check = row.choice("check", CHECKS, default)
        if check == "non_null" and not (c_type and (c_type.endswith("*") or c_type in self.callbacks)):
            row.fail(f"check 'non_null' needs a pointer type, found '{c_type}'")
        if check != "range":
            return check, 0, 0
        low, high = enum.range if enum else (None, None)
        low, high = row.take("min", int, low), row.take("max", int, high)
        if low is None or high is None or low > high:
            row.fail("check 'range' needs min and max, min not above max")
        return check, low, high

    def results(self, row, params, returns):
        """Out and through parameters in C order, then the return value; `py_returns` replaces them all."""
        given = tuple(self.result(item) for item in row.rows("py_returns", "py_returns"))
        value = row.take("result", dict, None)
        if given or returns is None:
            return given
        outs = tuple(Result(p.py, p.py_type, p.doc) for p in params if p.role == "out" or p.through)
        if value is not None:
            return outs + (self.result(Row(f"{row.where}: result", value)),)
        if returns not in ("aclError", "void"):
            row.fail(f"result is missing: what the function returns as '{returns}'")
        return outs + ((Result("ret", "int", RET_DOC),) if returns == "aclError" else ())

    def result(self, row):
        result = Result(row.take("name"), row.take("py_type", str, "int"), row.take("doc"))
        row.done()
        return result

    def errors(self, row):
        errors = row.take("errors", dict, {})
        for name, when in errors.items():
            if name not in self.error_names:
                row.fail(f"unknown error '{name}'")
            if not isinstance(when, str):
                row.fail(f"error '{name}' must say when, in a string")
        return errors


def _manual(path):
    """spec/manual.tsv: a heading line, then one function per line."""
    functions = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()[1:], 2):
        cells = ["" if cell == "-" else cell for cell in line.split("\t")]
        if len(cells) != 6:
            raise SpecError(f"spec/manual.tsv: line {number}: expected 6 cells, found {len(cells)}")
        functions.append(ManualFunction(*cells[:5], frozenset(cells[5].split())))
    return tuple(functions)
