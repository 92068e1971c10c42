# SPDX-License-Identifier: Apache-2.0
"""Calls single operators on NumPy arrays, and holds them against what NumPy or another engine makes of them.

A module of this folder lists cases, `CASES = [Case("Axpy", [x1, x2], lambda a, b: a + 0.5 * b, alpha=0.5), ...]`, and
`test_operators.py` runs them all. Each case is first asked for its shapes (acl.op.infer_shape), then executed.
"""
import dataclasses
import typing

import numpy as np

import acl

ACL_FORMAT_UNDEFINED, ACL_FORMAT_ND = -1, 2
ACL_DT_UNDEFINED = -1
ACL_MEM_MALLOC_NORMAL_ONLY = 2
ACL_MEMCPY_HOST_TO_DEVICE, ACL_MEMCPY_DEVICE_TO_HOST = 1, 2
ACL_MEMTYPE_HOST = 1
ACL_TYPES = {"float32": 0, "float16": 1, "int8": 2, "int32": 3, "uint8": 4, "int16": 6, "uint16": 7, "uint32": 8,
             "int64": 9, "uint64": 10, "float64": 11, "bool": 12}
FORMATS = {"NCHW": 0, "NHWC": 1, "ND": 2, "NC1HWC0": 3, "FRACTAL_Z": 4, "HWCN": 16, "NDHWC": 27, "FRACTAL_NZ": 29,
           "NCDHW": 30}
# Relative and absolute difference that is forgiven, where a case says nothing: a few roundings of the result's type.
TOLERANCE = {"float16": 2e-3, "float32": 1e-5, "float64": 1e-10}


class OpError(Exception):
    """A call that failed, with its code."""

    def __init__(self, what, code):
        super().__init__(f"{what}: {code}: {acl.get_recent_err_msg()}")
        self.code = code


@dataclasses.dataclass
class Tensor:
    """An input with more than values: the name of a port (of dynamic inputs, with its number), a format, or a place in
    host memory, as inputs need whose values decide the shape of the result."""
    array: np.ndarray
    name: str = ""
    format: str = "ND"
    on_host: bool = False


class Type(str):
    """An attribute that is an element type, by its NumPy name."""


class Floats(list):
    """An attribute that is a list of floats, also where it is empty or its values are whole."""


@dataclasses.dataclass
class Case:
    """`expect`: the results, or a function of the input arrays (None where one is absent) that gives one array or a
    tuple; floats may have more precision than `types`, the results' element types (default: that of the first input).
    A result of None is not looked at, but `shapes` must then say its shape. `inputs`: arrays, Tensors, None for an
    absent optional input."""
    op: str
    inputs: typing.Sequence
    expect: typing.Any
    attrs: dict = dataclasses.field(default_factory=dict)
    types: typing.Sequence[str] = ()
    shapes: typing.Sequence = ()
    formats: typing.Sequence[str] = ()
    tolerance: float | None = None
    note: str = ""

    def __str__(self):
        given = ",".join("-" if x is None else f"{a.dtype.name}{list(a.shape)}" for x in self.inputs
                         for a in [getattr(x, "array", x)])
        told = ",".join(f"{key}={value}" for key, value in self.attrs.items())
        return f"{self.op}({given}{';' if told else ''}{told}){self.note}".replace(" ", "")


def array_of(given):
    return given.array if isinstance(given, Tensor) else given


def succeeded(what, code):
    if code != 0:
        raise OpError(what, code)


class Call:
    """Descriptions, buffers and attributes of one call; a context manager that releases them."""

    def __init__(self, case):
        self.case = case
        self.blocks, self.descs, self.buffers, self.kept = [], [], [], []
        self.attr = acl.op.create_attr()
        for name, value in case.attrs.items():
            self.set_attr(name, value)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for buffer in self.buffers:
            acl.destroy_data_buffer(buffer)
        for desc in self.descs:
            acl.destroy_tensor_desc(desc)
        for block in self.blocks:
            acl.rt.free(block)
        acl.op.destroy_attr(self.attr)

    def set_attr(self, name, value):
        op = acl.op
        if isinstance(value, Type):
            succeeded(name, op.set_attr_data_type(self.attr, name, ACL_TYPES[value])[-1])
            return
        if isinstance(value, (list, tuple)):
            first = value[0] if value else 0
            setter = (op.set_attr_list_float if isinstance(value, Floats) or isinstance(first, float) else
                      op.set_attr_list_list_int if isinstance(first, (list, tuple)) else
                      op.set_attr_list_bool if isinstance(first, bool) else
                      op.set_attr_list_string if isinstance(first, str) else op.set_attr_list_int)
            value = [list(each) if isinstance(each, tuple) else each for each in value]
        else:
            setter = (op.set_attr_bool if isinstance(value, bool) else op.set_attr_int if isinstance(value, int) else
                      op.set_attr_float if isinstance(value, float) else op.set_attr_string)
        succeeded(name, setter(self.attr, name, value))

    def desc(self, array, name="", layout="ND", on_host=False):
        if array is None:
            desc = acl.create_tensor_desc(ACL_DT_UNDEFINED, [], ACL_FORMAT_UNDEFINED)
        else:
            desc = acl.create_tensor_desc(ACL_TYPES[array.dtype.name], list(array.shape), FORMATS[layout])
        self.descs.append(desc)
        if name:
            acl.set_tensor_desc_name(desc, name)
        if on_host:
            succeeded("set_tensor_place_ment", acl.set_tensor_place_ment(desc, ACL_MEMTYPE_HOST))
        return desc

    def buffer(self, array, on_host=False, fill=True):
        if array is None:
            buffer = acl.create_data_buffer(0, 0)
        elif on_host:
            self.kept.append(array := np.ascontiguousarray(array))
            buffer = acl.create_data_buffer(array.ctypes.data, array.nbytes)
        else:
            block, code = acl.rt.malloc(max(array.nbytes, 1), ACL_MEM_MALLOC_NORMAL_ONLY)
            succeeded("malloc", code)
            self.blocks.append(block)
            array = np.ascontiguousarray(array)
            if fill and array.nbytes:
                succeeded("memcpy", acl.rt.memcpy(block, array.nbytes, array.ctypes.data, array.nbytes,
                                                  ACL_MEMCPY_HOST_TO_DEVICE))
            buffer = acl.create_data_buffer(block, array.nbytes)
        self.buffers.append(buffer)
        return buffer

    def inputs(self):
        given = [each if isinstance(each, Tensor) else Tensor(each) for each in self.case.inputs]
        return ([self.desc(each.array, each.name, each.format, each.on_host) for each in given],
                [self.buffer(each.array, each.on_host) for each in given])


def shape_of(desc):
    rank = acl.get_tensor_desc_num_dims(desc)
    shape = []
    for axis in range(rank):
        size, code = acl.get_tensor_desc_dim_v2(desc, axis)
        succeeded("get_tensor_desc_dim_v2", code)
        shape.append(size)
    return tuple(shape)


def infer_shapes(case, outputs):
    """What infer_shape says of each output."""
    with Call(case) as call:
        descs, _ = call.inputs()
        # The values, as that function reads them, are in host memory.
        values = [call.buffer(array_of(each), on_host=True) for each in case.inputs]
        results = [call.desc(np.empty(0, output.dtype)) for output in outputs]
        succeeded("infer_shape",
                  acl.op.infer_shape(case.op, descs, values, len(results), results, call.attr))
        return [shape_of(desc) for desc in results]


def execute(case, outputs, stream=0):
    """The results, which have the types and at most the sizes of the arrays `outputs`."""
    with Call(case) as call:
        descs, buffers = call.inputs()
        layouts = list(case.formats) + ["ND"] * len(outputs)
        results = [call.desc(output, layout=layout) for output, layout in zip(outputs, layouts)]
        places = [call.buffer(output, fill=False) for output in outputs]
        succeeded("execute_v2",
                  acl.op.execute_v2(case.op, descs, buffers, results, places, call.attr, stream))
        succeeded("synchronize_stream", acl.rt.synchronize_stream(stream))
        arrays = []
        for output, desc, place in zip(outputs, results, places):
            array = np.zeros(shape_of(desc), output.dtype)
            if array.nbytes:
                succeeded("memcpy", acl.rt.memcpy(array.ctypes.data, array.nbytes, acl.get_data_buffer_addr(place),
                                                  array.nbytes, ACL_MEMCPY_DEVICE_TO_HOST))
            arrays.append(array)
        return arrays


def expected_of(case):
    """The expected arrays, rounded to the results' types; None where only the shape is known."""
    arrays = [array_of(each) for each in case.inputs]
    if callable(case.expect):
        with np.errstate(all="ignore"):
            wide = [a.astype(np.float64) if a is not None and a.dtype.kind == "f" else a for a in arrays]
            expected = case.expect(*wide)
    else:
        expected = case.expect
    if not isinstance(expected, (tuple, list)):
        expected = (expected,)
    first = next((a for a in arrays if a is not None), np.empty(0, np.float32))
    types = list(case.types) or [first.dtype.name]
    types += types[-1:] * (len(expected) - len(types))
    with np.errstate(all="ignore"):
        return [None if e is None else np.asarray(e).astype(t) for e, t in zip(expected, types)], types


def check(case):
    expected, types = expected_of(case)
    outputs = [np.empty(case.shapes[i] if e is None else e.shape, t)
               for i, (e, t) in enumerate(zip(expected, types))]
    shapes = infer_shapes(case, outputs)
    for told, output in zip(shapes, outputs):
        assert len(told) == output.ndim, f"{case}: {told} is inferred instead of {output.shape}"
        assert all(size in (-1, wanted) for size, wanted in zip(told, output.shape)), \
            f"{case}: {told} is inferred instead of {output.shape}"
    for index, (result, wanted) in enumerate(zip(execute(case, outputs), expected)):
        if wanted is None:
            continue
        assert result.shape == wanted.shape, f"{case}: output {index} has the shape {result.shape}"
        if wanted.dtype.kind != "f":
            np.testing.assert_array_equal(result, wanted, err_msg=f"{case}: output {index}")
            continue
        tolerance = TOLERANCE[wanted.dtype.name] if case.tolerance is None else case.tolerance
        np.testing.assert_allclose(result.astype(np.float64), wanted.astype(np.float64), rtol=tolerance,
                                   atol=tolerance, err_msg=f"{case}: output {index}")
