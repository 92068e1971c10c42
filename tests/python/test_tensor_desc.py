# SPDX-License-Identifier: Apache-2.0
"""Tensor descriptions and 16-bit floats from Python (manual 10.3.1, 10.3.2, 10.3.10 to 10.3.35), judged by NumPy."""
import acl
import numpy as np
import pytest

FLOAT, FLOAT16, INT32 = 0, 1, 3
NCHW, NHWC, ND, NC1HWC0, FRACTAL_Z, FRACTAL_NZ = 0, 1, 2, 3, 4, 29
INVALID_PARAM, INVALID_RESOURCE_HANDLE = 100000, 200005
UNKNOWN_RANK = 0xFFFFFFFFFFFFFFFE


@pytest.fixture
def desc():
    made = acl.create_tensor_desc(FLOAT, [2, -1, 4, 5], NCHW)
    assert made != 0
    yield made
    assert acl.destroy_tensor_desc(made) is None
    acl.get_recent_err_msg()


def dims_of(desc):
    return [acl.get_tensor_desc_dim_v2(desc, i) for i in range(acl.get_tensor_desc_num_dims(desc))]


def test_getters(desc):
    assert acl.get_tensor_desc_type(desc) == FLOAT
    assert acl.get_tensor_desc_format(desc) == NCHW
    assert acl.get_tensor_desc_num_dims(desc) == 4
    assert dims_of(desc) == [(2, 0), (-1, 0), (4, 0), (5, 0)]
    assert [acl.get_tensor_desc_dim(desc, i) for i in range(4)] == [2, -1, 4, 5]
    assert acl.get_tensor_desc_size(desc) == acl.get_tensor_desc_element_count(desc) == 0
    assert acl.get_tensor_desc_name(desc) == ""
    assert acl.get_tensor_desc_address(desc) == 0
    assert acl.get_tensor_desc_by_index(desc, 0) == desc


@pytest.mark.parametrize("number, dtype", [(0, np.float32), (1, np.float16), (2, np.int8), (9, np.int64), (12, np.bool_)])
@pytest.mark.parametrize("shape", [(), (1,), (0, 3), (2, 3, 4), (7, 1, 5, 2, 3)])
def test_size(number, dtype, shape):
    desc = acl.create_tensor_desc(number, shape, ND)
    judge = np.zeros(shape, dtype)
    assert acl.get_tensor_desc_size(desc) == judge.nbytes
    assert acl.get_tensor_desc_element_count(desc) == judge.size
    assert acl.get_tensor_desc_num_dims(desc) == judge.ndim
    acl.destroy_tensor_desc(desc)


def test_numpy_numbers_are_dimensions():
    for dims in (list(np.array([3, 4])), np.array([3, 4])):
        desc = acl.create_tensor_desc(np.int32(FLOAT), dims, np.int64(ND))
        assert acl.get_tensor_desc_size(desc) == 48
        assert acl.set_tensor_shape_range(desc, np.array([[1, 3], [2, 9]])) == 0
        assert acl.get_tensor_desc_dim_range(desc, 1, 2) == ([2, 9], 0)
        acl.destroy_tensor_desc(desc)


def test_a_range_is_two_numbers(desc, last_message):
    assert acl.set_tensor_shape_range(desc, [[2, 2], [1, 2, 3]]) == INVALID_PARAM
    message = last_message()
    assert "acl.set_tensor_shape_range" in message and "[1]" in message and "two numbers" in message, message


def test_unknown_rank():
    desc = acl.create_tensor_desc(FLOAT, [-2], ND)
    assert acl.get_tensor_desc_num_dims(desc) == UNKNOWN_RANK
    assert acl.get_tensor_desc_dim_v2(desc, 0) == (0, INVALID_PARAM)
    assert acl.get_tensor_desc_dim_range(desc, 0, 2) == ([], INVALID_PARAM)
    acl.destroy_tensor_desc(desc)


def test_ranges(desc):
    assert acl.get_tensor_desc_dim_range(desc, 0, 2) == ([2, 2], 0)
    assert acl.get_tensor_desc_dim_range(desc, 1, 2) == ([1, -1], 0)
    assert acl.set_tensor_shape_range(desc, [[2, 2], [1, 128], (4, 4), [5, 5]]) == 0
    assert acl.get_tensor_desc_dim_range(desc, 1, 1000) == ([1, 128], 0)
    assert acl.get_tensor_desc_dim_range(desc, 1, 1) == ([], INVALID_PARAM)
    for wrong in ([[1, 2]], [[2, 2], [1], [4, 4], [5, 5]], [[2, 2], [9, 8], [4, 4], [5, 5]], [[2, 2]] * 5000):
        assert acl.set_tensor_shape_range(desc, wrong) == INVALID_PARAM
    assert acl.set_tensor_value_range(desc, [[16, 16], [1, 128]]) == 0
    assert acl.set_tensor_value_range(desc, []) == 0
    assert acl.set_tensor_value_range(desc, [[-5, 1]]) == INVALID_PARAM


def test_setters(desc):
    assert acl.set_tensor_desc_name(desc, "bäume") is None
    assert acl.get_tensor_desc_name(desc) == "bäume"
    assert acl.set_tensor_shape(desc, [2, 1, 4, 5, 16]) == acl.set_tensor_storage_shape(desc, [2, 1, 4, 5, 16]) == 0
    assert acl.set_tensor_format(desc, NC1HWC0) == acl.set_tensor_storage_format(desc, NC1HWC0) == 0
    assert acl.get_tensor_desc_format(desc) == NCHW
    assert acl.set_tensor_origin_shape(desc, [3, 3]) == acl.set_tensor_origin_format(desc, ND) == 0
    assert dims_of(desc) == [(3, 0), (3, 0)] and acl.get_tensor_desc_format(desc) == ND
    assert acl.set_tensor_dynamic_input(desc, "x") == 0
    assert [acl.set_tensor_place_ment(desc, place) for place in range(4)] == [0, 0, 0, INVALID_PARAM]
    assert acl.set_tensor_format(desc, 1000) == INVALID_PARAM
    assert acl.set_tensor_shape(desc, [-3]) == INVALID_PARAM
    assert acl.set_tensor_shape(desc, [2**70]) == INVALID_PARAM


def test_constant(desc):
    data = np.arange(4, dtype=np.float32)
    pointer = acl.util.numpy_to_ptr(data)
    assert acl.set_tensor_const(desc, pointer, data.nbytes) == 0
    assert acl.set_tensor_const(desc, 0, 4) == INVALID_PARAM
    assert acl.set_tensor_const(desc, pointer, 0) == INVALID_PARAM


def blocks(size):
    return -(-size // 16)


@pytest.mark.parametrize("shape", [(1, 3, 224, 224), (2, 16, 1, 1), (64, 33, 7, 5)])
def test_formats(shape):
    n, c, h, w = shape
    desc = acl.create_tensor_desc(FLOAT16, list(shape), NCHW)
    expected = {NHWC: (n, h, w, c), ND: shape, NC1HWC0: (n, blocks(c), h, w, 16),
                FRACTAL_Z: (blocks(c) * h * w, blocks(n), 16, 16), FRACTAL_NZ: (n, c, blocks(w), blocks(h), 16, 16)}
    for number, dims in expected.items():
        there, ret = acl.trans_tensor_desc_format(desc, number)
        assert ret == 0
        assert tuple(dim for dim, _ in dims_of(there)) == dims
        assert acl.get_tensor_desc_size(there) == 2 * np.prod(dims)
        back, ret = acl.trans_tensor_desc_format(there, NCHW)
        assert ret == 0
        assert tuple(dim for dim, _ in dims_of(back)) == shape
        for each in (there, back):
            acl.destroy_tensor_desc(each)
    acl.destroy_tensor_desc(desc)


def test_a_format_it_does_not_have(last_message):
    desc = acl.create_tensor_desc(FLOAT, [7], ND)
    assert acl.trans_tensor_desc_format(desc, NHWC) == (0, INVALID_PARAM)
    assert "dstFormat" in last_message()
    acl.destroy_tensor_desc(desc)


def test_what_is_refused(last_message):
    assert acl.create_tensor_desc(FLOAT, [1, -5], ND) == 0
    assert "dims" in last_message()
    assert acl.create_tensor_desc(99, [1], ND) == 0
    assert "dataType" in last_message()
    desc = acl.create_tensor_desc(FLOAT, [1], ND)
    acl.destroy_tensor_desc(desc)
    assert acl.get_tensor_desc_size(desc) == 0
    assert acl.get_tensor_desc_type(desc) == -1
    assert acl.get_tensor_desc_dim_v2(desc, 0) == (0, INVALID_RESOURCE_HANDLE)
    assert acl.destroy_tensor_desc(desc) is None
    assert acl.get_tensor_desc_by_index(0, 0) == 0


@pytest.mark.parametrize("function, arguments", [
    (acl.create_tensor_desc, (FLOAT, 3, ND)), (acl.create_tensor_desc, (FLOAT, [1.5], ND)),
    (acl.create_tensor_desc, ("float", [1], ND)), (acl.set_tensor_shape, (1, "12")),
    (acl.set_tensor_shape_range, (1, [1, 2])), (acl.set_tensor_desc_name, (1, b"x")),
    (acl.get_tensor_desc_dim_range, (1, 2)), (acl.float_to_float16, ("1",)), (acl.float16_to_float, (1.0,))])
def test_types(function, arguments):
    with pytest.raises(TypeError):
        function(*arguments)


def test_descriptions_leave_nothing_behind():
    import resource

    def cycle(count):
        for _ in range(count):
            desc = acl.create_tensor_desc(FLOAT, [1, 2, 3, 4], NCHW)
            acl.set_tensor_desc_name(desc, "x" * 1000)
            there, _ = acl.trans_tensor_desc_format(desc, NC1HWC0)
            acl.destroy_tensor_desc(there)
            acl.destroy_tensor_desc(desc)

    cycle(1000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    cycle(10000)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 1024


def test_float16_is_numpys():
    every = np.arange(65536, dtype=np.uint16)
    values = every.view(np.float16).astype(np.float32)
    for bits, value in zip(every.tolist(), values.tolist()):
        found = acl.float16_to_float(bits)
        assert found == value or (found != found and value != value)
    numbers = np.random.default_rng(0).integers(0, 2**32, 20000, dtype=np.uint32).view(np.float32)
    numbers = np.concatenate([numbers, np.random.default_rng(1).normal(0, 100, 20000).astype(np.float32)])
    with np.errstate(over="ignore"):
        halves = numbers.astype(np.float16)
    for value, half in zip(numbers.tolist(), halves):
        if value == value:
            assert acl.float_to_float16(value) == int(half.view(np.uint16)), value
        else:
            assert np.isnan(np.uint16(acl.float_to_float16(value)).view(np.float16))
    assert acl.float16_to_float(65536) == 0.0
    acl.get_recent_err_msg()
