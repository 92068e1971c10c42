# SPDX-License-Identifier: Apache-2.0
"""acl.op: calls as programs write them (manual 6.6, 6.7, 10.9, 10.11). The operators themselves: ops/."""
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import acl

ROOT = Path(__file__).parents[2]
ACL_FLOAT, ACL_FLOAT16, ACL_INT32, ACL_INT64 = 0, 1, 3, 9
ACL_FORMAT_ND = 2
ACL_MEM_MALLOC_NORMAL_ONLY = 2
ACL_MEMCPY_HOST_TO_DEVICE, ACL_MEMCPY_DEVICE_TO_HOST = 1, 2
ACL_MEMTYPE_HOST = 1
ACL_ENGINE_AICORE = 1
ACL_ERROR_INVALID_PARAM, ACL_ERROR_OP_NOT_FOUND, ACL_ERROR_FAILURE = 100000, 100024, 500001
ACL_ERROR_INVALID_RESOURCE_HANDLE = 200005

pytestmark = pytest.mark.usefixtures("device")
TYPES = {np.dtype("float32"): ACL_FLOAT, np.dtype("float16"): ACL_FLOAT16, np.dtype("int32"): ACL_INT32,
         np.dtype("int64"): ACL_INT64}


def on_device(array):
    """A buffer of device memory with the array in it."""
    block, ret = acl.rt.malloc(array.nbytes, ACL_MEM_MALLOC_NORMAL_ONLY)
    assert ret == 0
    assert acl.rt.memcpy(block, array.nbytes, array.ctypes.data, array.nbytes, ACL_MEMCPY_HOST_TO_DEVICE) == 0
    return acl.create_data_buffer(block, array.nbytes)


def from_device(buffer, shape, dtype):
    array = np.empty(shape, dtype)
    assert acl.rt.memcpy(array.ctypes.data, array.nbytes, acl.get_data_buffer_addr(buffer), array.nbytes,
                         ACL_MEMCPY_DEVICE_TO_HOST) == 0
    return array


def describe(array):
    return acl.create_tensor_desc(TYPES[array.dtype], list(array.shape), ACL_FORMAT_ND)


class Add:
    def __init__(self, dtype="float32"):
        self.a, self.b = np.arange(6, dtype=dtype).reshape(2, 3), np.ones((2, 3), dtype)
        self.in_desc = [describe(self.a), describe(self.b)]
        self.inputs = [on_device(self.a), on_device(self.b)]
        self.out_desc = [describe(self.a)]
        self.outputs = [on_device(np.zeros_like(self.a))]
        self.attr = acl.op.create_attr()

    def result(self):
        assert acl.rt.synchronize_stream(0) == 0
        return from_device(self.outputs[0], self.a.shape, self.a.dtype)


def test_executes_by_both_functions_and_by_handle():
    add = Add()
    assert acl.op.execute("Add", add.in_desc, add.inputs, add.out_desc, add.outputs, add.attr, 0) == 0
    np.testing.assert_array_equal(add.result(), add.a + add.b)
    assert acl.op.execute_v2("Sub", add.in_desc, add.inputs, add.out_desc, add.outputs, add.attr, 0) == 0
    np.testing.assert_array_equal(add.result(), add.a - add.b)
    handle, ret = acl.op.create_handle("Mul", add.in_desc, add.out_desc, add.attr)
    assert ret == 0
    assert acl.op.execute_with_handle(handle, add.inputs, add.outputs, 0) == 0
    np.testing.assert_array_equal(add.result(), add.a * add.b)
    acl.op.destroy_handle(handle)
    assert acl.op.execute_with_handle(handle, add.inputs, add.outputs, 0) == ACL_ERROR_INVALID_RESOURCE_HANDLE
    acl.op.destroy_attr(add.attr)


def test_cast_and_its_handle():
    source = np.array([1.5, -2.5], np.float32)
    descs = describe(source), describe(np.empty(2, np.int32))
    buffers = on_device(source), on_device(np.zeros(2, np.int32))
    assert acl.op.cast(descs[0], buffers[0], descs[1], buffers[1], 0, 0) == 0
    assert acl.rt.synchronize_stream(0) == 0
    np.testing.assert_array_equal(from_device(buffers[1], 2, np.int32), [1, -2])
    handle, ret = acl.op.create_handle_for_cast(*descs, 0)
    assert ret == 0
    assert acl.op.execute_with_handle(handle, [buffers[0]], [buffers[1]], 0) == 0
    assert acl.rt.synchronize_stream(0) == 0


def test_attributes_take_lists_and_numpy_arrays():
    attr = acl.op.create_attr()
    assert acl.op.set_attr_bool(attr, "a", 1) == 0
    assert acl.op.set_attr_int(attr, "a", -(2 ** 63)) == 0
    assert acl.op.set_attr_float(attr, "a", 0.5) == 0
    assert acl.op.set_attr_string(attr, "a", "text") == 0
    for values in [0, 1, 255], np.array([0, 1], np.uint8):
        assert acl.op.set_attr_list_bool(attr, "a", values) == 0
    for values in [1, 2], np.array([1, 2], np.int64), []:
        assert acl.op.set_attr_list_int(attr, "a", values) == 0
    for values in [1, 0.5], np.array([1, 0.5], np.float32):
        assert acl.op.set_attr_list_float(attr, "a", values) == 0
        assert acl.op.set_attr_list_float(attr, "a", 2, values) == 0
    assert acl.op.set_attr_list_float(attr, "a", 3, [1, 0.5]) == ACL_ERROR_INVALID_PARAM
    assert acl.op.set_attr_list_string(attr, "a", ["one", "two"]) == 0
    assert acl.op.set_attr_list_list_int(attr, "a", [[1, 2], [], np.array([3], np.int64).tolist()]) == 0
    assert acl.op.set_attr_data_type(attr, "a", ACL_FLOAT16) == (attr, 0)
    assert acl.op.set_attr_list_data_type(attr, "a", 2, [ACL_FLOAT16, ACL_INT32]) == (attr, 0)
    with pytest.raises(TypeError, match="attr_value must be list"):
        acl.op.set_attr_list_int(attr, "a", 5)
    with pytest.raises(TypeError, match=r"attr_value\[1\] must be int"):
        acl.op.set_attr_list_int(attr, "a", [1, "2"])
    with pytest.raises(TypeError):
        acl.op.set_attr_string(attr, "a", 5)
    acl.op.destroy_attr(attr)


def test_lists_that_do_not_go_together_are_refused(last_message):
    add = Add()
    assert acl.op.execute_v2("Add", add.in_desc, add.inputs[:1], add.out_desc, add.outputs, 0, 0) == \
        ACL_ERROR_INVALID_PARAM
    assert "inputs" in last_message()
    assert acl.op.infer_shape("Add", add.in_desc, add.inputs, 2, add.out_desc, 0) == ACL_ERROR_INVALID_PARAM
    assert acl.op.infer_shape("Add", add.in_desc, add.inputs, -1, add.out_desc, 0) == ACL_ERROR_INVALID_PARAM
    with pytest.raises(TypeError, match="input_desc must be list"):
        acl.op.execute_v2("Add", add.in_desc[0], add.inputs, add.out_desc, add.outputs, 0, 0)
    assert acl.op.execute_v2("NoSuchOperator", add.in_desc, add.inputs, add.out_desc, add.outputs, 0, 0) == \
        ACL_ERROR_OP_NOT_FOUND


def test_the_manuals_way_to_shapes_that_depend_on_values():
    """Manual 6.6: infer the shapes, describe the outputs with the largest ones, execute, read the true ones."""
    mask = np.array([[0, 3, 0], [5, 0, 6]], np.int32)
    in_desc, in_list, attr = [describe(mask)], [acl.create_data_buffer(0, 0)], acl.op.create_attr()
    infer_desc = [acl.create_tensor_desc(ACL_INT64, [-1, -1], ACL_FORMAT_ND)]
    assert acl.op.infer_shape("NonZero", in_desc, in_list, 1, infer_desc, attr) == 0
    tensor_dims = []
    for desc in infer_desc:
        dims = []
        for j in range(acl.get_tensor_desc_num_dims(desc)):
            dim, ret = acl.get_tensor_desc_dim_v2(desc, j)
            assert ret == 0
            if dim == -1:
                dim_range, ret = acl.get_tensor_desc_dim_range(desc, j, 2)
                assert ret == 0
                dim = dim_range[1]
            dims.append(dim)
        tensor_dims.append(dims)
    assert tensor_dims == [[6, 2]]
    out_desc = [acl.create_tensor_desc(ACL_INT64, dims, ACL_FORMAT_ND) for dims in tensor_dims]
    outputs = [on_device(np.zeros(tensor_dims[0], np.int64))]
    assert acl.op.execute_v2("NonZero", in_desc, [on_device(mask)], out_desc, outputs, attr, 0) == 0
    shape = [acl.get_tensor_desc_dim_v2(out_desc[0], j)[0] for j in range(acl.get_tensor_desc_num_dims(out_desc[0]))]
    assert shape == [3, 2]
    np.testing.assert_array_equal(from_device(outputs[0], shape, np.int64), np.argwhere(mask))


KERNEL = """
#include <softacl/custom_kernel.h>

SOFTACL_KERNEL int cce_add_2_1_float32_2_1_float32__kernel0(const softaclKernelCall *call) {
    const float *a = static_cast<const float *>(call->inputs[0]);
    const float *b = static_cast<const float *>(call->inputs[1]);
    float *sum = static_cast<float *>(call->outputs[0]);
    for (size_t i = call->block; i < call->outputSizes[0] / sizeof(float); i += call->blockDim) {
        sum[i] = a[i] + b[i];
    }
    return *static_cast<const int *>(call->args) == 7 ? 0 : 1;
}
"""


@pytest.fixture(scope="module")
def add_binary(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kernels")
    (folder / "add.cpp").write_text(KERNEL)
    subprocess.run(["g++", "-O1", "-shared", "-fPIC", "-I", str(ROOT / "include"), "add.cpp", "-o", "add.so"],
                   cwd=folder, check=True)
    return (folder / "add.so").read_bytes()


def test_the_manuals_operator_of_ones_own(add_binary):
    """Manual 6.7: a selector and a kernel of the program's own."""
    told = []
    kernel = "cce_add_2_1_float32_2_1_float32__kernel0"

    def op_select(in_num, in_desc, out_num, out_desc, op_attr, op_kernel_desc):
        told.append((in_num, in_desc, out_num, out_desc, op_attr))
        tiling = np.array([7], np.int32).tobytes()
        assert acl.op.set_kernel_args(op_kernel_desc, kernel, 1, acl.util.bytes_to_ptr(tiling), len(tiling)) == 0
        sizes = np.array([16, 32], np.uint64)
        assert acl.op.set_kernel_workspace_sizes(op_kernel_desc, 2, sizes.ctypes.data) == 0

    stream, ret = acl.rt.create_stream()
    assert ret == 0
    assert acl.op.register_compile_func("add", op_select) == 0
    assert acl.op.register_compile_func("add", op_select) == 100030
    op_ptr = acl.util.bytes_to_ptr(add_binary)
    assert acl.op.create_kernel("add", kernel, kernel, op_ptr, len(add_binary), ACL_ENGINE_AICORE, 0) == 0

    a, b = np.random.rand(2, 1).astype(np.float32), np.random.rand(2, 1).astype(np.float32)
    input_desc_list = [describe(a), describe(b)]
    output_desc_list = [describe(a)]
    op_attr = acl.op.create_attr()
    assert acl.op.update_params("add", input_desc_list, output_desc_list, op_attr) == 0
    assert told == [(2, input_desc_list, 1, output_desc_list, op_attr)]
    in_data_list, out_data_list = [on_device(a), on_device(b)], [on_device(np.zeros_like(a))]
    assert acl.op.execute_v2("add", input_desc_list, in_data_list, output_desc_list, out_data_list, op_attr,
                             stream) == 0
    assert acl.rt.synchronize_stream(stream) == 0
    np.testing.assert_array_equal(from_device(out_data_list[0], (2, 1), np.float32), a + b)
    assert len(told) == 1
    assert acl.op.unregister_compile_func("add") == 0
    assert acl.rt.destroy_stream(stream) == 0


def test_a_selector_that_raises_fails_the_call(monkeypatch):
    raised = []
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: raised.append(str(unraisable.exc_value)))

    def broken(*_):
        raise ValueError("no plan of tiles")

    add = Add()
    assert acl.op.register_compile_func("add", broken) == 0
    assert acl.op.update_params("add", add.in_desc, add.out_desc, add.attr) == ACL_ERROR_FAILURE
    assert raised == ["no plan of tiles"]
    assert acl.op.unregister_compile_func("add") == 0
    assert acl.op.register_compile_func("add", lambda *_: 507899) == 0
    assert acl.op.update_params("add", add.in_desc, add.out_desc, add.attr) == 507899
    assert acl.op.unregister_compile_func("add") == 0
    with pytest.raises(TypeError, match="func must be callable"):
        acl.op.register_compile_func("add", 5)


def test_a_kernel_may_be_freed_by_the_library(add_binary):
    block, ret = acl.rt.malloc_host(len(add_binary))
    assert ret == 0
    source = np.frombuffer(add_binary, np.uint8)
    assert acl.rt.memcpy(block, len(add_binary), source.ctypes.data, len(add_binary), 0) == 0
    kernel = "cce_add_2_1_float32_2_1_float32__kernel0"
    assert acl.op.create_kernel("other", "k", kernel, block, len(add_binary), ACL_ENGINE_AICORE, 1) == 0
    assert acl.rt.free_host(block) != 0  # it is gone
    assert acl.op.create_kernel("other", "l", kernel, block, 5, ACL_ENGINE_AICORE, 2) == ACL_ERROR_INVALID_PARAM
