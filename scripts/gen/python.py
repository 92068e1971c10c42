# SPDX-License-Identifier: Apache-2.0
"""The Python module: rows for the binding and, for editors and type checkers, stubs."""
import re
from itertools import groupby

from .docstrings import docstring
from .table import SpecError
from .text import banner, fill

TABLES = ("spec/api/*.toml",)
ROOT = "acl"


def outputs(spec):
    modules = {module: list(functions) for module, functions in
               groupby(sorted(spec.functions, key=lambda f: f.module), lambda f: f.module)}
    inner = [module.partition(".")[2] for module in modules if module != ROOT]
    files = {
        "python/src/generated/methods.inc": _methods(spec),
        "python/acl/__init__.pyi": _stub(spec, modules.get(ROOT, []), inner),
        "python/acl/py.typed": "",
    }
    for module, name in ((f"{ROOT}.{name}", name) for name in inner):
        files[f"python/acl/{name}.pyi"] = _stub(spec, modules[module])
    return files


def _default(arg):
    return "None" if "None" in arg.py_type else "0"


# --- rows --------------------------------------------------------------------------------------------------------


def _methods(spec):
    lines = [f"// {line}" for line in (
        "SPDX-License-Identifier: Apache-2.0", banner(*TABLES), "The macros are those of python/src/row.h.")]
    return "\n".join(lines + [_method(function, spec) for function in spec.functions]) + "\n"


def _method(function, spec):
    macro, items = "METHOD_BY_HAND", [_row_type(function), f'"{function.python}"']
    parameters = [_row_parameter(param) for param in function.params]
    if not function.by_hand:
        _check_rule(function)
        macro = "METHOD"
        items += [function.name, "kCode" if function.returns == "aclError" else "kValue",
                  "kReleaseGil" if function.blocks else "kKeepGil"]
    items.append(f"({', '.join(parameters)})")
    doc = _signature(function) + "\n--\n\n" + "\n".join(docstring(function, spec))
    return "\n" + fill(f"{macro}(", items, ",", "       ") + f'\n       R"doc({doc})doc")'


def _signature(function):
    """The line from which inspect.signature reads the parameters."""
    names = [arg.py + (f"={_default(arg)}" if arg.optional else "") for arg in function.args]
    return f"{function.py_name}({', '.join(['$module', *names, '/'])})"


def _row_type(function):
    return "".join(part.title() for part in re.split(r"[._]", function.python))


def _row_parameter(param):
    if param.role == "out" or param.c_only:
        return "out()"
    text = f'{"path" if param.kind == "path" else "in"}("{param.py}")'
    for wrapper in ("optional", "minus_one", "through"):
        if getattr(param, wrapper):
            text = f"{wrapper}({text})"
    return text


def _check_rule(function):
    outs = sum(param.role == "out" or param.through for param in function.params)
    if len(function.results) != outs + (function.returns != "void"):
        raise SpecError(f"{function.python}: its results are not those of the rule, so it must be by_hand")


# --- stubs -------------------------------------------------------------------------------------------------------


def _accepted(arg):
    """What a parameter takes is wider than what it is: NumPy's integers are ints, too, and paths are text."""
    if arg.kind == "path":
        return arg.py_type.replace("str", "str | os.PathLike[str]")
    return "typing.SupportsIndex" if arg.py_type == "int" else _checked(arg.py_type)


def _checked(py_type):
    """The type for type checkers, which want to know an array's element type."""
    return py_type.replace("numpy.ndarray", "numpy.typing.NDArray[typing.Any]")


def _stub(spec, functions, inner=()):
    bodies = "".join(_stub_function(function, spec) for function in functions)
    definitions = " ".join(map(_definition, functions))
    modules = sorted(set(re.findall(r"([a-z_]+(?:\.[a-z_]+)*)\.[A-Za-z]", definitions)))
    lines = ["# SPDX-License-Identifier: Apache-2.0", f"# {banner(*TABLES)}"]
    lines += [f"import {module}" for module in modules]
    lines += [f"from . import {name} as {name}" for name in inner]
    return "\n".join(lines) + "\n" + bodies


def _definition(function):
    arguments = [f"{arg.py}: {_accepted(arg)}" + (f" = {_default(arg)}" if arg.optional else "")
                 for arg in function.args]
    results = [_checked(result.py_type) for result in function.results]
    returned = results[0] if len(results) == 1 else f"tuple[{', '.join(results)}]" if results else "None"
    return fill(f"def {function.py_name}(", arguments + ["/"] * bool(arguments), f") -> {returned}:", "        ")


def _stub_function(function, spec):
    lines = docstring(function, spec)
    body = "\n".join([f'    """{lines[0]}', *(f"    {line}".rstrip() for line in lines[1:]), '    """'])
    return f"\n{_definition(function)}\n{body}\n"
