# SPDX-License-Identifier: Apache-2.0
"""What the tables of spec/ say, as values; spec.py reads them from the files."""
import re
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class ErrorCode:
    name: str
    value: int
    sentence: str
    remedy: str
    group: str
    section: str
    deprecated: str | None  # the name to use instead
    alias: bool             # an earlier row has the same value


@dataclass(frozen=True)
class Header:
    name: str
    doc: str
    includes: tuple[str, ...]


@dataclass(frozen=True)
class Handle:
    name: str
    kind: str
    header: str
    doc: str
    opaque: bool  # a structure that C never sees the inside of, held by pointer; else a `void *`

    @property
    def declaration(self):
        return f"typedef struct {self.name} {self.name};" if self.opaque else f"typedef void *{self.name};"


@dataclass(frozen=True)
class Alias:
    name: str
    c: str
    header: str
    doc: str


@dataclass(frozen=True)
class Member:
    name: str
    value: int
    doc: str


@dataclass(frozen=True)
class Enum:
    name: str
    header: str
    section: str
    doc: str
    members: tuple[Member, ...]

    @property
    def range(self):
        values = [member.value for member in self.members]
        return min(values), max(values)


@dataclass(frozen=True)
class Macro:
    name: str
    value: int | str
    header: str
    doc: str


@dataclass(frozen=True)
class Callback:
    name: str
    c: str  # a function type with an unnamed pointer: `void (*)(void *)`
    header: str
    doc: str


@dataclass(frozen=True)
class Field:
    name: str
    key: str                        # key of the Python dict
    type: str
    length: tuple[int | str, ...]   # C array lengths, outermost first; () = no array
    count: str | None               # the field that says how many elements are valid
    doc: str

    @property
    def declaration(self):
        return declare(self.type + "".join(f"[{n}]" for n in self.length), self.name)


@dataclass(frozen=True)
class Struct:
    name: str
    header: str
    section: str
    doc: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Param:
    name: str
    type: str | None  # None in a function that exists in Python only
    py: str
    py_type: str
    role: str
    kind: str | None
    check: str
    min: int
    max: int
    optional: bool
    minus_one: bool  # Python may pass -1 for the largest value of an unsigned type
    through: bool    # Python returns the argument, too
    c_only: bool     # Python does not pass it
    doc: str

    @property
    def declaration(self):
        return declare(self.type, self.name)


@dataclass(frozen=True)
class Result:
    """One value that Python returns."""
    name: str
    py_type: str
    doc: str


@dataclass(frozen=True)
class Function:
    name: str | None  # C name; None: Python only
    python: str | None  # None: C only
    section: str
    returns: str | None
    brief: str
    details: str
    threads: str
    blocks: bool
    by_hand: bool
    params: tuple[Param, ...]
    results: tuple[Result, ...]
    errors: dict[str, str]
    since: str | None
    deprecated: str | None
    prototype_differs: str | None
    header: str
    variadic: bool  # the C function takes more arguments behind its parameters

    @property
    def module(self):
        return self.python.rpartition(".")[0]

    @property
    def py_name(self):
        return self.python.rpartition(".")[2]

    @property
    def args(self):
        return tuple(param for param in self.params if param.role == "in" and not param.c_only)

    @property
    def prototype(self):
        return f"{declare(self.returns, self.name)}({', '.join(self.c_params)})"

    @property
    def c_params(self):
        return [param.declaration for param in self.params] + ["..."] * self.variadic or ["void"]

    @property
    def py_call(self):
        """The call as a manual prints it: `dev_ptr, ret = acl.rt.malloc(size, policy)`."""
        args = ", ".join(arg.py + ("=None" if arg.optional else "") for arg in self.args)
        results = ", ".join(result.name for result in self.results)
        return (f"{results} = " if results else "") + f"{self.python}({args})"


@dataclass(frozen=True)
class Group:
    """One file of spec/api: a titled part of one header."""
    file: str
    header: str
    title: str
    functions: tuple[Function, ...]


@dataclass(frozen=True)
class ManualFunction:
    python: str
    section: str
    name: str
    prototype: str
    py_signature: str
    flags: frozenset[str]

    @property
    def module(self):
        return self.python.rpartition(".")[0]

    @property
    def py_params(self):
        inside = self.py_signature.partition("(")[2].rpartition(")")[0]
        return [name.strip() for name in inside.split(",") if name.strip()]

    @property
    def py_results(self):
        left, equals, _ = self.py_signature.partition("(")[0].rpartition("=")
        return [name.strip() for name in left.split(",")] if equals else []


@dataclass(frozen=True)
class Spec:
    errors: tuple[ErrorCode, ...]
    headers: tuple[Header, ...]  # the first holds the return codes
    handles: tuple[Handle, ...]
    aliases: tuple[Alias, ...]
    enums: tuple[Enum, ...]
    macros: tuple[Macro, ...]
    callbacks: tuple[Callback, ...]
    structs: tuple[Struct, ...]
    groups: tuple[Group, ...]
    manual: tuple[ManualFunction, ...]

    @property
    def rows(self):
        return tuple(function for group in self.groups for function in group.functions)

    @property
    def functions(self):
        """Those that Python has, which are those of the manual."""
        return tuple(function for function in self.rows if function.python)

    @property
    def c_functions(self):
        return tuple(function for function in self.rows if function.name)

    @cached_property
    def enum_by_name(self):
        return {enum.name: enum for enum in self.enums}

    @cached_property
    def error_by_name(self):
        return {error.name: error for error in self.errors}


def section_key(section):
    """Sorts `10.5.10` behind `10.5.9`."""
    return tuple(int(part) for part in section.split("."))


def snake_case(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def declare(c_type, name):
    """A C declaration: `void **` and `p` give `void **p`; `int[4]` and `a` give `int a[4]`."""
    base, bracket, length = c_type.partition("[")
    base = base.strip()
    return f"{base}{'' if base.endswith('*') else ' '}{name}{bracket}{length}"


def base_type(c_type):
    """The type without const, pointers and array lengths."""
    return re.sub(r"\bconst\b|\*|\[.*", "", c_type).strip()
