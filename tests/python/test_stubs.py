# SPDX-License-Identifier: Apache-2.0
"""The stubs agree with the module, and type checkers accept them."""
import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path

import acl
import pytest

PACKAGE = Path(acl.__file__).parent
MODULES = {"__init__": acl} | {name: module for name, module in vars(acl).items() if inspect.ismodule(module)}


def stub_functions(name):
    tree = ast.parse((PACKAGE / f"{name}.pyi").read_text(encoding="utf-8"))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_the_package_is_marked_as_typed():
    assert (PACKAGE / "py.typed").is_file()


def test_there_is_a_stub_for_each_module():
    assert {path.stem for path in PACKAGE.glob("*.pyi")} == set(MODULES)


@pytest.mark.parametrize("name", MODULES)
def test_stub_and_module_have_the_same_functions(name):
    bound = {key for key, value in vars(MODULES[name]).items() if inspect.isbuiltin(value)}
    assert set(stub_functions(name)) == bound


@pytest.mark.parametrize("name", MODULES)
def test_signatures_and_docstrings_agree(name):
    for key, stub in stub_functions(name).items():
        function = getattr(MODULES[name], key)
        parameters = inspect.signature(function).parameters.values()
        assert [arg.arg for arg in stub.args.posonlyargs] == [parameter.name for parameter in parameters], key
        assert len(stub.args.defaults) == sum(p.default is not p.empty for p in parameters), key
        assert all(arg.annotation for arg in stub.args.posonlyargs) and stub.returns, key
        assert inspect.getdoc(function) == ast.get_docstring(stub), key


CLIENT = """\
import numpy as np
import acl

count, ret = acl.rt.get_device_count()
memory, ret = acl.rt.malloc(np.int64(64), 0)
ret = acl.init()
ret = acl.init("acl.json")
text: bytes | None = acl.util.ptr_to_bytes(memory, count)
acl.rt.malloc(64.0, 0)
"""


def test_mypy_accepts_programs_and_finds_mistakes(tmp_path):
    pytest.importorskip("mypy")
    (tmp_path / "client.py").write_text(CLIENT)
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", tmp_path / "cache", PACKAGE, "client.py"],
        cwd=tmp_path, capture_output=True, text=True, check=False)
    complaints = [line for line in checked.stdout.splitlines() if ": error:" in line]
    assert len(complaints) == 1 and complaints[0].startswith("client.py:9:"), checked.stdout + checked.stderr


def typed_functions():
    """Full name, function and annotation of each parameter."""
    return [(f"{module.__name__}.{key}", getattr(module, key),
             {arg.arg: ast.unparse(arg.annotation) for arg in stub.args.posonlyargs})
            for name, module in MODULES.items() for key, stub in stub_functions(name).items()]


@pytest.mark.parametrize("full_name, function, types", [row for row in typed_functions()
                                                        if set(row[2].values()) - {"typing.Any"}],
                         ids=lambda value: value if isinstance(value, str) else "")
def test_a_wrong_type_names_function_and_parameter(full_name, function, types):
    with pytest.raises(TypeError) as raised:
        function(*[object() for _ in types])
    assert str(raised.value).startswith(f"{full_name}()"), raised.value
    said = re.fullmatch(r".*\(\): (\w+).* (must|cannot) .*not object.*", str(raised.value))
    assert said and said.group(1) in types, raised.value
