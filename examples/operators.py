#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Single operators on NumPy arrays, as the manual's chapter on them does it. Run it to see a few; import it to call any
operator of docs/operators.md:

    with Device():
        y, = call("SoftmaxV2", [x], [(x.shape, x.dtype)], axes=[-1])
"""
import acl
import numpy as np
from acl_model import DEVICE_TO_HOST, HOST_TO_DEVICE, MALLOC_HUGE_FIRST, NUMPY_TYPES, Device, check, checked

ACL_TYPES = {np.dtype(numpy_type): acl_type for acl_type, numpy_type in NUMPY_TYPES.items()}
ND = 2


def to_device(array):
    """A data buffer of device memory that holds the array."""
    address = checked(acl.rt.malloc(max(array.nbytes, 1), MALLOC_HUGE_FIRST))
    if array.nbytes:
        array = np.ascontiguousarray(array)
        check(acl.rt.memcpy(address, array.nbytes, array.ctypes.data, array.nbytes, HOST_TO_DEVICE))
    return acl.create_data_buffer(address, array.nbytes)


def to_host(buffer, shape, dtype):
    array = np.empty(shape, dtype)
    if array.nbytes:
        check(acl.rt.memcpy(array.ctypes.data, array.nbytes, acl.get_data_buffer_addr(buffer), array.nbytes,
                            DEVICE_TO_HOST))
    return array


def describe(array):
    return acl.create_tensor_desc(ACL_TYPES[array.dtype], list(array.shape), ND)


def shape_of(desc):
    return [checked(acl.get_tensor_desc_dim_v2(desc, axis)) for axis in range(acl.get_tensor_desc_num_dims(desc))]


def attributes(values):
    """A description of attributes; the setter follows from the Python type."""
    attr, op = acl.op.create_attr(), acl.op
    for name, value in values.items():
        if isinstance(value, bool):
            check(op.set_attr_bool(attr, name, value))
        elif isinstance(value, int):
            check(op.set_attr_int(attr, name, value))
        elif isinstance(value, float):
            check(op.set_attr_float(attr, name, value))
        elif isinstance(value, str):
            check(op.set_attr_string(attr, name, value))
        elif any(isinstance(each, float) for each in value):
            check(op.set_attr_list_float(attr, name, list(value)))
        else:
            check(op.set_attr_list_int(attr, name, list(value)))
    return attr


def call(operator, inputs, outputs, **attrs):
    """Executes an operator on arrays. `outputs` has (shape, dtype) for each result; where a shape depends on values of
    inputs, the largest that it can be. Waits for the result."""
    in_descs, in_buffers = [describe(array) for array in inputs], [to_device(array) for array in inputs]
    room = [np.empty(shape, dtype) for shape, dtype in outputs]
    out_descs, out_buffers = [describe(array) for array in room], [to_device(array) for array in room]
    attr = attributes(attrs)
    check(acl.op.execute_v2(operator, in_descs, in_buffers, out_descs, out_buffers, attr, 0))
    check(acl.rt.synchronize_stream(0))
    results = [to_host(buffer, shape_of(desc), array.dtype)
               for buffer, desc, array in zip(out_buffers, out_descs, room)]
    for buffer in in_buffers + out_buffers:
        check(acl.rt.free(acl.get_data_buffer_addr(buffer)))
        check(acl.destroy_data_buffer(buffer))
    for desc in in_descs + out_descs:
        acl.destroy_tensor_desc(desc)
    acl.op.destroy_attr(attr)
    return results


def main():
    x = np.array([[1, 2, 3], [4, 0, 6]], np.float32)
    with Device():
        print("x =", x.tolist())
        print("Add(x, 10)          ", call("Add", [x, np.float32([10])], [(x.shape, x.dtype)])[0].tolist())
        print("SoftmaxV2(x)        ", call("SoftmaxV2", [x], [(x.shape, x.dtype)], axes=[-1])[0].astype(float).round(3).tolist())
        print("MatMulV2(x, x^T)    ", call("MatMulV2", [x, x], [((2, 2), x.dtype)], transpose_x2=True)[0].tolist())
        print("NonZero(x)          ", call("NonZero", [x], [((6, 2), np.int64)])[0].tolist())
        print("Sin(x), of integers:")
        whole = x.astype(np.int32)
        try:
            call("Sin", [whole], [(whole.shape, whole.dtype)])
        except SystemExit as refusal:
            print(" ", str(refusal).partition("\n")[0])


if __name__ == "__main__":
    main()
