# SPDX-License-Identifier: Apache-2.0
"""acl.util: addresses. NumPy is the judge."""
import ctypes
import gc
import warnings

import numpy
import pytest
from acl import util

TYPES = {0: "bool", 1: "int8", 2: "uint8", 3: "int16", 4: "uint16", 5: "int32", 6: "uint32", 7: "int64", 8: "uint64",
         9: "longlong", 10: "ulonglong", 11: "float32", 12: "float64", 14: "complex64", 15: "complex128",
         23: "float16"}
NOT_READABLE = [1, 4096, 2**47, 2**64 - 1]


# --- bytes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, 33, 65536, 1 << 20])
def test_bytes_round_trip(size):
    data = numpy.random.default_rng(size).bytes(size)
    copy = util.ptr_to_bytes(util.bytes_to_ptr(data), size)
    assert copy == data and type(copy) is bytes


def test_bytes_are_not_copied_on_the_way_to_c():
    data = bytes(range(8))
    ctypes.memset(util.bytes_to_ptr(data), 0x7A, 4)
    assert data == b"zzzz\4\5\6\7"


def test_bytearray():
    data = bytearray(b"abcd")
    ctypes.memset(util.bytes_to_ptr(data), 0x7A, 2)
    assert data == b"zzcd"


def test_ptr_to_bytes_is_a_copy():
    data = bytearray(b"abcd")
    copy = util.ptr_to_bytes(util.bytes_to_ptr(data), 4)
    data[0] = 0
    assert copy == b"abcd"


def test_addresses_are_ints_to_reckon_with():
    data = b"0123456789"
    assert util.ptr_to_bytes(util.bytes_to_ptr(data) + 3, numpy.int64(4)) == b"3456"


@pytest.mark.parametrize("value", ["text", 1, None, [1], memoryview(b"x")])
def test_bytes_to_ptr_of_something_else(value):
    with pytest.raises(TypeError) as raised:
        util.bytes_to_ptr(value)
    assert str(raised.value) == f"acl.util.bytes_to_ptr(): data must be bytes, not {type(value).__name__}"


@pytest.mark.parametrize("arguments, parameter", [
    ((0, 4), "ptr"), ((0, 0), "ptr"), ((-1, 4), "ptr"), ((2**64, 4), "ptr"), ((4096, -1), "size"),
    *(((address, 4), "ptr") for address in NOT_READABLE),
])
def test_ptr_to_bytes_of_nothing(arguments, parameter, last_message):
    assert util.ptr_to_bytes(*arguments) is None
    message = last_message()
    assert "acl.util.ptr_to_bytes" in message and parameter in message


def test_ptr_to_bytes_beyond_the_mapping(last_message):
    data = b"x"
    assert util.ptr_to_bytes(util.bytes_to_ptr(data), 1 << 46) is None
    assert str(1 << 46) in last_message()


def test_ptr_to_bytes_of_wrong_types():
    with pytest.raises(TypeError, match=r"acl.util.ptr_to_bytes\(\): size must be int, not float"):
        util.ptr_to_bytes(4096, 4.0)


# --- arrays --------------------------------------------------------------------------------------


@pytest.mark.parametrize("number, name", TYPES.items())
def test_array_round_trip(number, name):
    array = numpy.arange(24).astype(name).reshape(2, 3, 4)
    view = util.ptr_to_numpy(util.numpy_to_ptr(array), (2, 3, 4), number)
    assert view.dtype == array.dtype and (view == array).all()
    assert view.dtype.num == number


def test_numbers_are_those_of_numpy():
    data = numpy.zeros(64, numpy.uint8)
    for number in [*range(17), 23]:
        assert util.ptr_to_numpy(util.numpy_to_ptr(data), (2,), number).dtype.num == number


def test_the_view_is_no_copy():
    array = numpy.zeros(4, numpy.float32)
    view = util.ptr_to_numpy(util.numpy_to_ptr(array), (2, 2), 11)
    view[1, 0] = 5
    assert array.tolist() == [0, 0, 5, 0]
    array[0] = 7
    assert view[0, 0] == 7 and view.flags.writeable and not view.flags.owndata


@pytest.mark.parametrize("shape", [(), (0,), (3, 0, 2), [2, 2], (numpy.int64(4),), (1,) * 32])
def test_shapes(shape):
    array = numpy.arange(4, dtype=numpy.int32)
    view = util.ptr_to_numpy(util.numpy_to_ptr(array), shape, 5)
    assert view.shape == tuple(shape)
    assert view.ravel().tolist() == array[:view.size].tolist()


def test_views_outlive_what_made_them():
    array = numpy.arange(1000)
    views = [util.ptr_to_numpy(util.numpy_to_ptr(array), (1000,), 7)[i:] for i in range(100)]
    gc.collect()
    assert all((view == array[i:]).all() for i, view in enumerate(views))


@pytest.mark.parametrize("arguments, parameter", [
    ((0, (2,), 5), "ptr"), ((-8, (2,), 5), "ptr"), (("memory", (-1,), 5), "shape[0]"),
    (("memory", (2, 2**64), 5), "shape[1]"), (("memory", (2**62, 4), 5), "shape"), (("memory", (2**61, 7), 12), "shape"),
    (("memory", (1,) * 100, 5), "shape"), (("memory", (0, 2**62, 4), 5), "shape"), (("memory", (2,), -1), "type"), (("memory", (2,), 17), "type"),
    (("memory", (2,), 2**40), "type"), *(((address, (2,), 5), "ptr") for address in NOT_READABLE),
])
def test_ptr_to_numpy_of_wrong_values(arguments, parameter, last_message):
    array = numpy.zeros(4, numpy.int64)
    arguments = [util.numpy_to_ptr(array) if argument == "memory" else argument for argument in arguments]
    assert util.ptr_to_numpy(*arguments) is None
    message = last_message()
    assert "acl.util.ptr_to_numpy" in message and parameter in message


@pytest.mark.parametrize("arguments, message", [
    ((1.0, (2,), 5), "ptr must be int, not float"), ((1, 2, 5), "shape must be tuple, not int"),
    ((1, (2, 1.0), 5), "shape[1] must be int, not float"), ((1, (2,), "f"), "type must be int, not str"),
])
def test_ptr_to_numpy_of_wrong_types(arguments, message):
    with pytest.raises(TypeError) as raised:
        util.ptr_to_numpy(*arguments)
    assert str(raised.value) == f"acl.util.ptr_to_numpy(): {message}"


@pytest.mark.parametrize("function", [util.numpy_to_ptr, util.numpy_contiguous_to_ptr])
@pytest.mark.parametrize("value", [[1, 2], 1, b"x", None, numpy.float32(1)])
def test_no_array(function, value):
    with pytest.raises(TypeError, match=rf"must be numpy.ndarray, not {type(value).__name__}"):
        function(value)


def test_contiguous_arrays_give_no_warning():
    array = numpy.zeros((3, 4))
    read_only = numpy.zeros(3)
    read_only.flags.writeable = False
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for each in (array, array[1:], array[:, :], numpy.zeros(()), numpy.zeros((0, 3)), read_only):
            assert util.numpy_to_ptr(each) == each.ctypes.data


@pytest.mark.parametrize("change", [numpy.transpose, lambda a: a[:, ::2], lambda a: a[::-1]])
def test_other_arrays_do(change):
    array = change(numpy.arange(12).reshape(3, 4))
    with pytest.warns(RuntimeWarning, match="numpy_contiguous_to_ptr"):
        assert util.numpy_to_ptr(array) == array.ctypes.data


def test_a_warning_made_an_error_is_one():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(RuntimeWarning):
            util.numpy_to_ptr(numpy.zeros((2, 3)).T)


def test_numpy_contiguous_to_ptr_of_a_contiguous_array():
    array = numpy.zeros((3, 4))
    ptr, same = util.numpy_contiguous_to_ptr(array)
    assert same is array and ptr == array.ctypes.data


def test_numpy_contiguous_to_ptr_of_another_array():
    array = numpy.arange(12, dtype=numpy.int32).reshape(3, 4).T
    ptr, copy = util.numpy_contiguous_to_ptr(array)
    assert copy.flags.c_contiguous and copy.flags.owndata and (copy == array).all()
    assert (util.ptr_to_numpy(ptr, (4, 3), 5) == array).all()


# --- NumPy is optional ---------------------------------------------------------------------------


def test_numpy_is_imported_at_use_only(run_python):
    finished = run_python("""
        import sys, acl
        data = b"abc"
        address = acl.util.bytes_to_ptr(data)
        acl.util.ptr_to_bytes(address, 3)
        print("numpy" in sys.modules)
        acl.util.ptr_to_numpy(address, (3,), 2)
        print("numpy" in sys.modules)
    """)
    assert finished.stdout.split() == ["False", "True"], finished.stderr


def test_without_numpy_its_functions_say_so(run_python):
    finished = run_python("""
        import sys
        sys.modules["numpy"] = None
        import acl
        for call in (lambda: acl.util.numpy_to_ptr([1]), lambda: acl.util.ptr_to_numpy(1, (1,), 5)):
            try: call()
            except ImportError: print("ImportError")
    """)
    assert finished.stdout.split() == ["ImportError"] * 2, finished.stderr
