# SPDX-License-Identifier: Apache-2.0
"""The package as a whole: how it is imported, and what it says about itself."""
import importlib
import inspect
import pickle
import re
import sys

import acl
import pytest


def modules():
    return [acl, *(module for module in vars(acl).values() if inspect.ismodule(module))]


def functions():
    """Full name and function of everything bound."""
    return [(f"{module.__name__}.{name}", function) for module in modules()
            for name, function in vars(module).items() if inspect.isbuiltin(function)]


def test_every_way_to_import_a_submodule():
    from acl import rt
    import acl.util as util

    assert rt is acl.rt is sys.modules["acl.rt"] is importlib.import_module("acl.rt")
    assert util is acl.util
    assert "bytes_to_ptr" in dir(acl.util)


def test_import_brings_in_neither_numpy_nor_threads(run_python):
    finished = run_python("""
        import sys, threading, acl
        print("numpy" in sys.modules, threading.active_count(), len(__import__("os").listdir("/proc/self/task")))
    """)
    assert finished.stdout.split() == ["False", "1", "1"], finished.stderr


def test_modules_say_what_they_are_for():
    assert all(module.__doc__ for module in modules())


def test_functions_know_where_they_belong():
    assert functions()
    for full_name, function in functions():
        assert f"{function.__module__}.{function.__name__}" == full_name
        assert pickle.loads(pickle.dumps(function)) is function


@pytest.mark.parametrize("full_name, function", functions())
def test_help_is_complete(full_name, function):
    doc = function.__doc__
    assert doc and doc[0].isupper()
    for parameter in inspect.signature(function).parameters.values():
        assert parameter.kind is parameter.POSITIONAL_ONLY
        assert re.search(rf"^{parameter.name} : \S", doc, re.M), parameter.name
    for part in (r"Parameters(\n-+\n|: none)", r"Returns(\n-+\n|: none)", r"Errors(\n-+\n|: none)",
                 r"Threads: \S", r"C function: \S", r"Manual: section \d+(\.\d+)+$"):
        assert re.search(rf"^{part}", doc, re.M), part
    assert max(map(len, doc.splitlines())) <= 100


@pytest.mark.parametrize("full_name, function", functions())
def test_a_wrong_count_names_function_and_parameters(full_name, function):
    names = list(inspect.signature(function).parameters)
    with pytest.raises(TypeError) as raised:
        function(*[0] * (len(names) + 1))
    assert str(raised.value).startswith(f"{full_name}() takes ")
    assert str(raised.value).endswith(f"got {len(names) + 1}")
    assert all(name in str(raised.value) for name in names)


def test_a_second_interpreter_state_of_the_module_works(run_python):
    finished = run_python("""
        import sys, acl
        first = acl.util.bytes_to_ptr
        for name in ("acl", "acl.rt", "acl.util"):
            del sys.modules[name]
        import acl
        data = b"abc"
        print(acl.util.bytes_to_ptr is not first, acl.util.ptr_to_bytes(first(data), 3))
    """)
    assert finished.stdout == "True b'abc'\n", finished.stderr
